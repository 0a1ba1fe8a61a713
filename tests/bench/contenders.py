# SPDX-License-Identifier: GPL-3.0-or-later
"""The forwarders, each set up for the same work: one listener, TLS to the upstream with its certificate checked, a cache
that holds every name, no prefetch, no speed tests. Whoever has no cache, or no DNSCrypt, sits those rounds out."""
import dataclasses
import pathlib
import shutil

import upstream

RESOLVERS = str(pathlib.Path(__file__).resolve().parents[2] / "data" / "resolvers" / "resolvers.conf")
CACHE_NAMES = 200_000
CACHE_BYTES = 256 * 1024 * 1024


@dataclasses.dataclass
class Contender:
    name: str
    port: int
    has_cache: bool = True
    protocols: tuple = ("tls",)

    def program(self):
        return shutil.which(self.name, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")

    def command(self, folder, protocol):
        """Writes the configuration into `folder`; returns how to start it in the foreground."""
        raise NotImplementedError

    def write(self, folder, name, text):
        path = folder / name
        path.write_text(text)
        return str(path)


class Sotto(Contender):
    def __init__(self, sottod):
        super().__init__("sotto", 5301, protocols=("tls", "dnscrypt"))
        self.sottod = sottod

    def program(self):
        return self.sottod if pathlib.Path(self.sottod).exists() else None

    def command(self, folder, protocol):
        resolver = {"tls": f"tls://{upstream.ADDRESS}:{upstream.TLS_PORT}#{upstream.HOST}",
                    "dnscrypt": upstream.stamp(folder)}[protocol]
        config = self.write(folder, "sotto.conf", f"""[Sotto]
Listen=127.0.0.1:{self.port}
Resolvers={resolver}
CAFile={folder}/ca.pem
CacheSize={CACHE_BYTES}
LogLevel=warning
""")
        return [self.sottod, "--config", config, "--resolver-list", RESOLVERS]


class Dnsdist(Contender):
    def command(self, folder, protocol):
        config = self.write(folder, "dnsdist.conf", f"""
setACL('127.0.0.0/8')
setSecurityPollSuffix('')
setMaxUDPOutstanding(65535)
setLocal('127.0.0.1:{self.port}')
newServer({{address='{upstream.ADDRESS}:{upstream.TLS_PORT}', tls='openssl', subjectName='{upstream.HOST}',
            caStore='{folder}/ca.pem', validateCertificates=true, checkInterval=60, maxInFlight=1000}})
getServer(0):setUp()
getPool(''):setCache(newPacketCache({CACHE_NAMES}))
""")
        return [self.program(), "--supervised", "--disable-syslog", "-C", config]


class Unbound(Contender):
    def command(self, folder, protocol):
        config = self.write(folder, "unbound.conf", f"""
server:
  directory: "{folder}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  verbosity: 0
  do-daemonize: no
  num-threads: 1
  interface: 127.0.0.1@{self.port}
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  module-config: "iterator"
  msg-cache-size: 64m
  rrset-cache-size: 128m
  num-queries-per-thread: 4096
  outgoing-range: 4096
  tls-cert-bundle: "{folder}/ca.pem"
forward-zone:
  name: "."
  forward-tls-upstream: yes
  forward-addr: {upstream.ADDRESS}@{upstream.TLS_PORT}#{upstream.HOST}
remote-control:
  control-enable: no
""")
        return [self.program(), "-d", "-c", config]


class Stubby(Contender):
    def command(self, folder, protocol):
        config = self.write(folder, "stubby.yml", f"""
resolution_type: GETDNS_RESOLUTION_STUB
dns_transport_list: [GETDNS_TRANSPORT_TLS]
tls_authentication: GETDNS_AUTHENTICATION_REQUIRED
tls_query_padding_blocksize: 128
edns_client_subnet_private: 1
idle_timeout: 10000
listen_addresses: [127.0.0.1@{self.port}]
appdata_dir: "{folder}"
tls_ca_file: "{folder}/ca.pem"
upstream_recursive_servers:
  - address_data: {upstream.ADDRESS}
    tls_port: {upstream.TLS_PORT}
    tls_auth_name: "{upstream.HOST}"
""")
        return [self.program(), "-C", config]


class Smartdns(Contender):
    def command(self, folder, protocol):
        config = self.write(folder, "smartdns.conf", f"""
bind 127.0.0.1:{self.port}
cache-size {CACHE_NAMES}
cache-persist no
prefetch-domain no
serve-expired no
speed-check-mode none
dualstack-ip-selection no
log-level error
log-file {folder}/smartdns.log
ca-file {folder}/ca.pem
server-tls {upstream.ADDRESS}:{upstream.TLS_PORT} -host-name {upstream.HOST} -tls-host-verify {upstream.HOST}
""")
        return [self.program(), "-f", "-p", "-", "-c", config]


def every(sottod):
    """Sotto first: the ratios are to it."""
    return [Sotto(sottod), Dnsdist("dnsdist", 5302), Unbound("unbound", 5303), Stubby("stubby", 5304, has_cache=False),
            Smartdns("smartdns", 5305)]
