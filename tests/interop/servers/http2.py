# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP/2 over TLS for servers of the tests: python3-h2 and asyncio, many requests on a connection, no limits."""

import asyncio
import collections
import ssl

import h2.config
import h2.connection
import h2.events
import h2.exceptions

STREAMS_MAX = 100
"""That python3-h2 lets another have open on a connection, unless told otherwise."""
Request = collections.namedtuple("Request", "method path headers body peer")
Response = collections.namedtuple("Response", "status headers body")


class Connection(asyncio.Protocol):
    """What both sides have in common: bodies that wait for the window, and streams."""

    def __init__(self, client_side):
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=client_side, header_encoding="utf-8"))
        self.transport, self.peer, self.closed = None, None, False
        self.waiting = {}
        """id → bytes that the window has not let out yet"""

    def connection_made(self, transport):
        self.transport, self.peer = transport, transport.get_extra_info("peername")[:2]
        self.h2.initiate_connection()
        self.flush()

    def connection_lost(self, error):
        self.closed = True

    def data_received(self, data):
        try:
            events = self.h2.receive_data(data)
        except h2.exceptions.ProtocolError:
            self.flush()
            self.transport.close()
            return
        for event in events:
            if isinstance(event, h2.events.ConnectionTerminated):
                self.transport.close()
            elif isinstance(event, (h2.events.WindowUpdated, h2.events.RemoteSettingsChanged)):
                for stream in list(self.waiting):
                    self.send_body(stream)
            elif isinstance(event, h2.events.DataReceived):
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            self.handle(event)
        self.flush()

    def handle(self, event):
        raise NotImplementedError

    def flush(self):
        data = self.h2.data_to_send()
        if data and not self.closed:
            self.transport.write(data)

    def send(self, stream, headers, body):
        self.h2.send_headers(stream, headers, end_stream=not body)
        if body:
            self.waiting[stream] = body
            self.send_body(stream)
        self.flush()

    def send_body(self, stream):
        body = self.waiting.pop(stream)
        try:
            while body:
                room = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)
                if room <= 0:
                    self.waiting[stream] = body
                    return
                part, body = body[:room], body[room:]
                self.h2.send_data(stream, part, end_stream=not body)
        except h2.exceptions.ProtocolError:
            pass  # the other side has reset the stream


class ServerConnection(Connection):
    def __init__(self, answer):
        super().__init__(client_side=False)
        self.answer, self.arriving = answer, {}

    def handle(self, event):
        if isinstance(event, h2.events.RequestReceived):
            self.arriving[event.stream_id] = (dict(event.headers), bytearray())
        elif isinstance(event, h2.events.DataReceived) and event.stream_id in self.arriving:
            self.arriving[event.stream_id][1].extend(event.data)
        elif isinstance(event, h2.events.StreamEnded) and event.stream_id in self.arriving:
            headers, body = self.arriving.pop(event.stream_id)
            request = Request(headers[":method"], headers[":path"], headers, bytes(body), self.peer)
            asyncio.ensure_future(self.respond(event.stream_id, request))
        elif isinstance(event, h2.events.StreamReset):
            self.arriving.pop(event.stream_id, None)

    async def respond(self, stream, request):
        response = await self.answer(request)
        if self.closed:
            return
        try:
            self.send(stream, [(":status", str(response.status)), *response.headers], response.body)
        except h2.exceptions.ProtocolError:
            pass


class ClientConnection(Connection):
    def __init__(self):
        super().__init__(client_side=True)
        self.pending = {}

    def connection_lost(self, error):
        super().connection_lost(error)
        for future, _, _ in self.pending.values():
            if not future.done():
                future.set_exception(ConnectionError("the server has closed the connection"))

    def ask(self, headers, body):
        stream = self.h2.get_next_available_stream_id()
        future = asyncio.get_running_loop().create_future()
        self.pending[stream] = (future, {}, bytearray())
        self.send(stream, headers, body)
        return future

    def handle(self, event):
        stream = getattr(event, "stream_id", None)
        if stream not in self.pending:
            return
        future, headers, body = self.pending[stream]
        if isinstance(event, h2.events.ResponseReceived):
            headers.update(event.headers)
        elif isinstance(event, h2.events.DataReceived):
            body.extend(event.data)
        elif isinstance(event, h2.events.StreamEnded):
            del self.pending[stream]
            if not future.done():
                future.set_result((headers, bytes(body)))
        elif isinstance(event, h2.events.StreamReset):
            del self.pending[stream]
            if not future.done():
                future.set_exception(ConnectionError("the server has reset the stream"))


class Client:
    """Keeps one connection, made when first needed and made anew when it has gone."""

    def __init__(self, address, port, host, authority_file, source=None):
        self.address, self.port, self.host = address, port, host
        self.source = (source, 0) if source else None
        self.tls = ssl.create_default_context(cafile=authority_file)
        self.tls.set_alpn_protocols(["h2"])
        self.connection, self.lock = None, asyncio.Lock()
        self.room = asyncio.Semaphore(STREAMS_MAX)

    async def request(self, method, path, headers=(), body=b""):
        async with self.lock:
            if self.connection is None or self.connection.closed:
                _, self.connection = await asyncio.get_running_loop().create_connection(
                    ClientConnection, self.address, self.port, ssl=self.tls, server_hostname=self.host,
                    local_addr=self.source)
        whole = [(":method", method), (":scheme", "https"), (":authority", self.host), (":path", path), *headers]
        async with self.room:
            return await self.connection.ask(whole, body)


async def serve(address, port, certificate, key, answer):
    """Serves for ever; `answer(Request)` is a coroutine that gives a Response."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    tls.set_alpn_protocols(["h2"])
    server = await asyncio.get_running_loop().create_server(lambda: ServerConnection(answer), address, port, ssl=tls,
                                                            backlog=512)
    async with server:
        print("listening", flush=True)
        await server.serve_forever()
