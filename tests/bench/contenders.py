# SPDX-License-Identifier: GPL-3.0-or-later
"""The forwarders, each set up for the same work: one listener, encryption to the upstream with its certificate checked, a
cache that holds every name, no prefetch, no speed tests. Whoever has no cache, or not the protocol, sits those rounds out."""
import dataclasses
import os
import pathlib
import shutil

import upstream
from peers import read_peers
from resolved import Resolved

RESOLVERS = str(pathlib.Path(__file__).resolve().parents[2] / "data" / "resolvers" / "resolvers.conf")
CACHE_NAMES = 200_000
CACHE_BYTES = 256 * 1024 * 1024


@dataclasses.dataclass
class Contender:
    name: str
    port: int
    executable: str = ""
    has_cache: bool = True
    protocols: tuple = ("tls",)
    address: str = "127.0.0.1"

    def program(self):
        return shutil.which(self.executable or self.name, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")

    def command(self, folder, protocol, server):
        """Writes the configuration into `folder`; returns how to start it in the foreground, asking that upstream."""
        raise NotImplementedError

    def environment(self, folder):
        return dict(os.environ)

    def write(self, folder, name, text):
        path = folder / name
        path.write_text(text)
        return str(path)


class Sotto(Contender):
    def __init__(self, sottod):
        super().__init__("sotto", 5301, protocols=("tls", "https", "dnscrypt", "quic"))
        self.sottod = sottod

    def program(self):
        return self.sottod if pathlib.Path(self.sottod).exists() else None

    def command(self, folder, protocol, server):
        resolver = {"tls": lambda: server.tls_uri, "https": lambda: server.https_uri, "quic": lambda: server.quic_uri,
                    "dnscrypt": lambda: server.dnscrypt_stamp}[protocol]()
        config = self.write(folder, "sotto.conf", f"""[Sotto]
Listen={self.address}:{self.port}
Resolvers={resolver}
CAFile={folder}/ca.pem
CacheSize={CACHE_BYTES}
LogLevel=warning
""")
        return [self.sottod, "--config", config, "--resolver-list", RESOLVERS]


class Dnsdist(Contender):
    def command(self, folder, protocol, server):
        port = upstream.TLS_PORT if protocol == "tls" else upstream.HTTPS_PORT
        path = f", dohPath='{upstream.PATH}'" if protocol == "https" else ""
        config = self.write(folder, "dnsdist.conf", f"""
setACL('127.0.0.0/8')
setSecurityPollSuffix('')
setMaxUDPOutstanding(65535)
setLocal('{self.address}:{self.port}')
newServer({{address='{server.address}:{port}', tls='openssl', subjectName='{upstream.HOST}'{path},
            caStore='{folder}/ca.pem', validateCertificates=true, checkInterval=60, maxInFlight=1000}})
getServer(0):setUp()
getPool(''):setCache(newPacketCache({CACHE_NAMES}))
""")
        return [self.program(), "--supervised", "--disable-syslog", "-C", config]


class Unbound(Contender):
    """With its caches of messages and of records, or with neither."""

    def command(self, folder, protocol, server):
        sizes = ("64m", "128m") if self.has_cache else ("0", "0")
        config = self.write(folder, f"{self.name}.conf", f"""
server:
  directory: "{folder}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  verbosity: 0
  do-daemonize: no
  num-threads: 1
  interface: {self.address}@{self.port}
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  module-config: "iterator"
  msg-cache-size: {sizes[0]}
  rrset-cache-size: {sizes[1]}
  num-queries-per-thread: 4096
  outgoing-range: 4096
  tls-cert-bundle: "{folder}/ca.pem"
forward-zone:
  name: "."
  forward-tls-upstream: yes
  forward-no-cache: {"no" if self.has_cache else "yes"}
  forward-addr: {server.address}@{upstream.TLS_PORT}#{upstream.HOST}
remote-control:
  control-enable: no
""")
        return [self.program(), "-d", "-c", config]


class Kresd(Contender):
    """knot-resolver, one process, without the system around it; it checks no signatures, as nobody else does here."""

    def command(self, folder, protocol, server):
        work = folder / "kresd"
        work.mkdir(exist_ok=True)
        modules = "\n".join(f"modules.unload('{name}')" for name in (
            "ta_update", "ta_signal_query", "ta_sentinel", "priming", "detect_time_skew", "detect_time_jump"))
        config = self.write(folder, "kresd.conf", f"""
net.listen('{self.address}', {self.port}, {{kind = 'dns'}})
trust_anchors.remove('.')
{modules}
cache.size = {CACHE_BYTES}
policy.add(policy.all(policy.TLS_FORWARD({{
    {{'{server.address}@{upstream.TLS_PORT}', hostname='{upstream.HOST}', ca_file='{folder}/ca.pem'}}}})))
""")
        return [self.program(), "-n", "-q", "-c", config, str(work)]


class Stubby(Contender):
    def command(self, folder, protocol, server):
        config = self.write(folder, "stubby.yml", f"""
resolution_type: GETDNS_RESOLUTION_STUB
dns_transport_list: [GETDNS_TRANSPORT_TLS]
tls_authentication: GETDNS_AUTHENTICATION_REQUIRED
tls_query_padding_blocksize: 128
edns_client_subnet_private: 1
idle_timeout: 10000
listen_addresses: [{self.address}@{self.port}]
appdata_dir: "{folder}"
tls_ca_file: "{folder}/ca.pem"
upstream_recursive_servers:
  - address_data: {server.address}
    tls_port: {upstream.TLS_PORT}
    tls_auth_name: "{upstream.HOST}"
""")
        return [self.program(), "-C", config]


class Smartdns(Contender):
    def command(self, folder, protocol, server):
        where = {"tls": f"server-tls {server.address}:{upstream.TLS_PORT}",
                 "https": f"server-https https://{server.address}:{upstream.HTTPS_PORT}{upstream.PATH}"
                          f" -http-host {upstream.HOST}"}[protocol]
        config = self.write(folder, "smartdns.conf", f"""
bind {self.address}:{self.port}
cache-size {CACHE_NAMES}
cache-persist no
prefetch-domain no
serve-expired no
speed-check-mode none
dualstack-ip-selection no
log-level error
log-file {folder}/smartdns.log
ca-file {folder}/ca.pem
{where} -host-name {upstream.HOST} -tls-host-verify {upstream.HOST}
""")
        return [self.program(), "-f", "-p", "-", "-c", config]


class ResolvedContender(Contender):
    """Caches 4,096 names at most, which cannot be changed."""

    def command(self, folder, protocol, server):
        return Resolved(self.program()).command(folder, server)

    def program(self):
        return "/lib/systemd/systemd-resolved" if pathlib.Path("/lib/systemd/systemd-resolved").exists() else None

    def environment(self, folder):
        return {**os.environ, "SSL_CERT_FILE": f"{folder}/ca.pem"}


class Peer(Contender):
    """One of a peer file."""

    def __init__(self, peer, port):
        super().__init__(peer.name, port, has_cache=peer.has_cache, protocols=peer.protocols)
        self.peer = peer

    def program(self):
        return self.peer.program()

    def command(self, folder, protocol, server):
        return self.peer.command(folder, protocol, server, self.address, self.port)


def every(sottod, peer_file=None):
    """Sotto first: the ratios are to it."""
    peers = [Peer(peer, 5320 + i) for i, peer in enumerate(read_peers(peer_file) if peer_file else [])]
    return [Sotto(sottod), Kresd("knot-resolver", 5302, "kresd"), ResolvedContender("resolved", 53, address="127.0.0.53"),
            Unbound("unbound", 5303), Unbound("unbound no cache", 5304, "unbound", has_cache=False),
            Dnsdist("dnsdist", 5305, protocols=("tls", "https")), Smartdns("smartdns", 5306, protocols=("tls", "https")),
            Stubby("stubby", 5307, has_cache=False), *peers]
