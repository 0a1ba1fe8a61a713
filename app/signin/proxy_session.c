/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One connection through the proxy, the server's side of SOCKS 5.
 *
 *   greeting   VER=5 NMETHODS METHODS…            -> 5 2 (password), or 5 255 and the end
 *   password   VER=1 ULEN UNAME… PLEN PASSWD…     -> 1 0, or 1 1 and the end
 *   request    VER=5 CMD=1 RSV ATYP ADDRESS… PORT -> 5 REP 0 1 0.0.0.0 0
 *
 * RFC 1928 and RFC 1929. ATYP is 1 (4 bytes), 3 (a length and a name), or 4 (16 bytes). The reply's
 * address is of use to nobody and would tell the page how this machine is numbered: it is zero.
 *
 * Each step reads exactly what is due next and names the step that follows, so that a client may
 * send in any pieces. Afterwards it is a pipe (proxy_pipe.c) until both ways have ended.
 *
 * Lifetime: the session belongs to whatever it waits for. `pending` counts those operations; the
 * last of them frees it. After fail() or the end nothing new is begun.
 */
#include "proxy_session.h"

#include "address_list.h"
#include "proxy_pipe.h"

#include <string.h>

#define LONGEST_STEP 256 /* 255 bytes and the length that follows them */

enum { VERSION = 5, PASSWORD_VERSION = 1, METHOD_PASSWORD = 2, METHOD_NONE = 255, CONNECT = 1 };
enum { ATYP_IPV4 = 1, ATYP_NAME = 3, ATYP_IPV6 = 4 };

typedef enum { /* RFC 1928 §6 */
               REPLY_DONE = 0,
               REPLY_FAILED = 1,
               REPLY_NOT_ALLOWED = 2,
               REPLY_NETWORK_UNREACHABLE = 3,
               REPLY_HOST_UNREACHABLE = 4,
               REPLY_REFUSED = 5,
               REPLY_TIMED_OUT = 6,
               REPLY_BAD_COMMAND = 7,
               REPLY_BAD_ADDRESS = 8
} Reply;

typedef struct Session Session;
typedef void (*Step)(Session *session);

struct Session {
    const ProxySetting *setting;
    GIOStream *client, *server; /* server: NULL until connected */
    GCancellable *cancellable;  /* ours; cancelled with the proxy's */
    GCancellable *parent;
    gulong parent_handler;
    guint pending, deadline;
    guint8 buffer[LONGEST_STEP];
    gsize wanted;
    Step next; /* what to do with the bytes, or after they are written; NULL: end */
    gboolean right_user;
    GPtrArray *addresses; /* of GInetAddress: where to */
    void (*ended)(gpointer user_data);
    gpointer user_data;
};

/* --- beginning and end --------------------------------------------------------------------- */

static void session_free(Session *session)
{
    g_clear_handle_id(&session->deadline, g_source_remove);
    g_cancellable_disconnect(session->parent, session->parent_handler);
    g_object_unref(session->parent);
    g_object_unref(session->cancellable);
    g_io_stream_close(session->client, NULL, NULL); /* sockets: does not wait */
    g_object_unref(session->client);
    if (session->server != NULL)
        g_io_stream_close(session->server, NULL, NULL);
    g_clear_object(&session->server);
    g_clear_pointer(&session->addresses, g_ptr_array_unref);
    session->ended(session->user_data);
    g_free(session);
}

static void begin(Session *session)
{
    session->pending++;
}

/* Ends one operation; FALSE when the session went with it. */
static gboolean end(Session *session)
{
    if (--session->pending > 0)
        return TRUE;
    session_free(session);
    return FALSE;
}

/* --- exact reads and writes ----------------------------------------------------------------- */

static void on_read(GObject *source, GAsyncResult *result, gpointer data)
{
    Session *session = data;
    gsize count = 0;

    if (g_input_stream_read_all_finish(G_INPUT_STREAM(source), result, &count, NULL) &&
        count == session->wanted)
        session->next(session);
    end(session);
}

/* The next `count` bytes go into `buffer`, then `next` is called. */
static void read_then(Session *session, gsize count, Step next)
{
    session->wanted = count;
    session->next = next;
    begin(session);
    g_input_stream_read_all_async(g_io_stream_get_input_stream(session->client), session->buffer,
                                  count, G_PRIORITY_DEFAULT, session->cancellable, on_read,
                                  session);
}

static void on_written(GObject *source, GAsyncResult *result, gpointer data)
{
    Session *session = data;

    if (g_output_stream_write_all_finish(G_OUTPUT_STREAM(source), result, NULL, NULL) &&
        session->next != NULL)
        session->next(session);
    end(session);
}

static void write_then(Session *session, const guint8 *bytes, gsize count, Step next)
{
    memcpy(session->buffer, bytes, count);
    session->next = next;
    begin(session);
    g_output_stream_write_all_async(g_io_stream_get_output_stream(session->client), session->buffer,
                                    count, G_PRIORITY_DEFAULT, session->cancellable, on_written,
                                    session);
}

/* --- connecting ------------------------------------------------------------------------------ */

static void on_pipe_ended(gpointer session)
{
    end(session);
}

static void move_both_ways(Session *session)
{
    begin(session);
    proxy_pipe_start(session->client, session->server, session->cancellable, on_pipe_ended,
                     session);
}

static void reply(Session *session, Reply code)
{
    const guint8 bytes[10] = {VERSION, (guint8)code, 0, ATYP_IPV4};

    write_then(session, bytes, sizeof bytes, code == REPLY_DONE ? move_both_ways : NULL);
}

static Reply reply_for(const GError *error)
{
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
        return REPLY_REFUSED;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE))
        return REPLY_NETWORK_UNREACHABLE;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE))
        return REPLY_HOST_UNREACHABLE;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        return REPLY_TIMED_OUT;
    return REPLY_FAILED;
}

static void on_connected(GObject *source, GAsyncResult *result, gpointer data)
{
    Session *session = data;
    g_autoptr(GError) error = NULL;
    GSocketConnection *server =
        g_socket_client_connect_finish(G_SOCKET_CLIENT(source), result, &error);

    if (server != NULL) {
        /* the time was for connecting: a page may be read for as long as one likes */
        g_socket_set_timeout(g_socket_connection_get_socket(server), 0);
        session->server = G_IO_STREAM(server);
        reply(session, REPLY_DONE);
    } else if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        reply(session, reply_for(error));
    }
    end(session);
}

static guint16 requested_port(const Session *session)
{
    const guint8 *port = session->buffer + session->wanted - 2;

    return (guint16)(port[0] << 8 | port[1]);
}

/* Takes `addresses` (transfer full) and connects with the first that answers, of those allowed. */
static void connect_to(Session *session, GPtrArray *addresses)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(SottoAddressList) list = NULL;

    for (guint i = addresses->len; i-- > 0;)
        if (session->setting->names.is_refused(g_ptr_array_index(addresses, i)))
            g_ptr_array_remove_index(addresses, i);
    if (addresses->len == 0) {
        g_ptr_array_unref(addresses);
        reply(session, REPLY_NOT_ALLOWED);
        return;
    }
    list = sotto_address_list_new(addresses, requested_port(session));
    g_socket_client_set_enable_proxy(client, FALSE);
    g_socket_client_set_timeout(client, PROXY_SESSION_CONNECT_S);
    begin(session);
    g_socket_client_connect_async(client, G_SOCKET_CONNECTABLE(list), session->cancellable,
                                  on_connected, session);
}

static void connect_to_one(Session *session, GInetAddress *address)
{
    GPtrArray *addresses = g_ptr_array_new_with_free_func(g_object_unref);

    g_ptr_array_add(addresses, address);
    connect_to(session, addresses);
}

static void on_resolved(GObject *source, GAsyncResult *result, gpointer data)
{
    Session *session = data;
    const SignInNames *names = &session->setting->names;
    GPtrArray *addresses = names->resolve_finish(names->self, result, NULL);

    if (addresses != NULL)
        connect_to(session, addresses);
    else if (!g_cancellable_is_cancelled(session->cancellable))
        reply(session, REPLY_HOST_UNREACHABLE);
    end(session);
}

/* --- the steps ------------------------------------------------------------------------------- */

static void on_request_ipv4(Session *session)
{
    g_clear_handle_id(&session->deadline, g_source_remove);
    connect_to_one(session, g_inet_address_new_from_bytes(session->buffer, G_SOCKET_FAMILY_IPV4));
}

static void on_request_ipv6(Session *session)
{
    g_clear_handle_id(&session->deadline, g_source_remove);
    connect_to_one(session, g_inet_address_new_from_bytes(session->buffer, G_SOCKET_FAMILY_IPV6));
}

/* Letters, digits and the marks that names and addresses are made of: what else comes is no host,
 * and nothing to hand on. */
static gboolean is_host(const char *name, gsize length)
{
    return length > 0 && strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789-._:%") == length;
}

/* RFC 6761 §6.3: always this computer, whatever a network would answer. */
static gboolean is_localhost(const char *name)
{
    gsize length = strlen(name);

    while (length > 0 && name[length - 1] == '.')
        length--;
    return length >= 9 && g_ascii_strncasecmp(name + length - 9, "localhost", 9) == 0 &&
           (length == 9 || name[length - 10] == '.');
}

static void on_request_name(Session *session)
{
    const SignInNames *names = &session->setting->names;
    gsize length = session->wanted - 2;
    g_autofree char *name = g_strndup((const char *)session->buffer, length);
    GInetAddress *address;

    g_clear_handle_id(&session->deadline, g_source_remove);
    if (!is_host(name, length)) {
        reply(session, REPLY_HOST_UNREACHABLE);
        return;
    }
    address = g_inet_address_new_from_string(name);
    if (address != NULL) {
        connect_to_one(session, address);
    } else if (is_localhost(name)) {
        reply(session, REPLY_NOT_ALLOWED);
    } else {
        begin(session);
        names->resolve_async(names->self, name, session->cancellable, on_resolved, session);
    }
}

static void on_name_length(Session *session)
{
    if (session->buffer[0] > LONGEST_STEP - 2)
        reply(session, REPLY_BAD_ADDRESS);
    else
        read_then(session, (gsize)session->buffer[0] + 2, on_request_name);
}

static void on_request(Session *session)
{
    if (session->buffer[0] != VERSION)
        return;
    if (session->buffer[1] != CONNECT)
        reply(session, REPLY_BAD_COMMAND);
    else if (session->buffer[3] == ATYP_IPV4)
        read_then(session, 4 + 2, on_request_ipv4);
    else if (session->buffer[3] == ATYP_NAME)
        read_then(session, 1, on_name_length);
    else if (session->buffer[3] == ATYP_IPV6)
        read_then(session, 16 + 2, on_request_ipv6);
    else
        reply(session, REPLY_BAD_ADDRESS);
}

static void expect_request(Session *session)
{
    read_then(session, 4, on_request);
}

/* Whether `given` is `expected`, in a time that tells nothing of where they differ. The length is
 * no secret: it is always the same. */
static gboolean is_same_secret(const guint8 *given, gsize length, const char *expected)
{
    guint8 difference = 0;

    if (length != strlen(expected))
        return FALSE;
    for (gsize i = 0; i < length; i++)
        difference |= (guint8)(given[i] ^ (guint8)expected[i]);
    return difference == 0;
}

static void on_password(Session *session)
{
    gboolean right = is_same_secret(session->buffer, session->wanted, session->setting->password) &
                     session->right_user;
    const guint8 answer[2] = {PASSWORD_VERSION, right ? 0 : 1};

    write_then(session, answer, sizeof answer, right ? expect_request : NULL);
}

static void on_user(Session *session)
{
    gsize length = session->wanted - 1;

    session->right_user = is_same_secret(session->buffer, length, session->setting->user);
    read_then(session, session->buffer[length], on_password);
}

static void on_user_length(Session *session)
{
    if (session->buffer[0] == PASSWORD_VERSION)
        read_then(session, (gsize)session->buffer[1] + 1, on_user);
}

static void expect_password(Session *session)
{
    read_then(session, 2, on_user_length);
}

static void on_methods(Session *session)
{
    gboolean offered = memchr(session->buffer, METHOD_PASSWORD, session->wanted) != NULL;
    const guint8 answer[2] = {VERSION, offered ? METHOD_PASSWORD : METHOD_NONE};

    write_then(session, answer, sizeof answer, offered ? expect_password : NULL);
}

static void on_greeting(Session *session)
{
    if (session->buffer[0] == VERSION)
        read_then(session, session->buffer[1], on_methods);
}

/* --- start ----------------------------------------------------------------------------------- */

static gboolean on_deadline(gpointer data)
{
    Session *session = data;

    session->deadline = 0;
    g_cancellable_cancel(session->cancellable);
    return G_SOURCE_REMOVE;
}

static void on_parent_cancelled(GCancellable *parent, gpointer data)
{
    g_cancellable_cancel(data);
}

void proxy_session_start(GSocketConnection *client, const ProxySetting *setting,
                         GCancellable *cancellable, void (*ended)(gpointer user_data),
                         gpointer user_data)
{
    Session *session = g_new0(Session, 1);

    session->setting = setting;
    session->client = G_IO_STREAM(g_object_ref(client));
    session->cancellable = g_cancellable_new();
    session->parent = g_object_ref(cancellable);
    session->parent_handler =
        g_cancellable_connect(cancellable, G_CALLBACK(on_parent_cancelled),
                              g_object_ref(session->cancellable), g_object_unref);
    session->deadline = g_timeout_add_seconds(PROXY_SESSION_GREETING_S, on_deadline, session);
    session->ended = ended;
    session->user_data = user_data;
    read_then(session, 2, on_greeting);
}
