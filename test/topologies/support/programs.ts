import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Authority } from './certificates.ts'
import type { Host } from './host.ts'

/** A reverse proxy that ends TLS and publishes EWS under a path of its own. */
export async function startNginx(
  host: Host,
  authority: Authority,
  { name, path, exchange, exchangeCa }: { name: string; path: string; exchange: string; exchangeCa: string },
): Promise<void> {
  const { certificate, key } = await authority.issue(name)
  const file = await configuration(
    authority,
    'nginx.conf',
    `daemon off; user root; pid ${join(authority.folder, 'nginx.pid')}; error_log stderr;
    events {}
    http {
      access_log off; client_max_body_size 50m;
      client_body_temp_path ${authority.folder}/body; proxy_temp_path ${authority.folder}/proxy;
      fastcgi_temp_path ${authority.folder}/f; uwsgi_temp_path ${authority.folder}/u; scgi_temp_path ${authority.folder}/s;
      server {
        listen 443 ssl; server_name ${name};
        ssl_certificate ${certificate}; ssl_certificate_key ${key}; ssl_protocols TLSv1.2 TLSv1.3;
        location = ${path} {
          proxy_pass https://${exchange}/EWS/Exchange.asmx;
          proxy_http_version 1.1; proxy_set_header Host ${exchange}; proxy_set_header Connection "";
          proxy_ssl_verify on; proxy_ssl_name ${exchange}; proxy_ssl_server_name on;
          proxy_ssl_trusted_certificate ${exchangeCa};
          proxy_read_timeout 120s; proxy_buffering off;
        }
        location / { return 404; }
      }
    }`,
  )
  host.start(['nginx', '-e', 'stderr', '-c', file])
}

export type Balanced = { port: number; servers: readonly string[]; toPort: number; tellsSource?: boolean }

/** A load balancer that passes TCP through, so that TLS and the logon's connection stay whole. */
export async function startHaproxy(host: Host, authority: Authority, balanced: Balanced): Promise<void> {
  const { port, servers, toPort, tellsSource = false } = balanced
  const file = await configuration(
    authority,
    'haproxy.cfg',
    `global
      log stderr format raw local0 warning
    defaults
      mode tcp
      timeout connect 5s
      timeout client 35m
      timeout server 35m
    listen balanced
      bind :${port}
      balance source
      ${servers.map((at, index) => `server s${index} ${at}:${toPort} check inter 500${tellsSource ? ' send-proxy-v2 check-send-proxy' : ''}`).join('\n      ')}
    `,
  )
  host.start(['haproxy', '-W', '-db', '-f', file])
}

/** A forward proxy for CONNECT to EWS, with a user and password. */
export async function startForwardProxy(
  host: Host,
  authority: Authority,
  { user, password }: { user: string; password: string },
): Promise<void> {
  const file = await configuration(
    authority,
    'tinyproxy.conf',
    `Port 3128
Timeout 2400
MaxClients 100
BasicAuth ${user} ${password}
ConnectPort 443
LogLevel Warning
`,
  )
  host.start(['tinyproxy', '-d', '-c', file])
}

/** A name server that knows these addresses by these names, the names by these addresses, and that there are no others. */
export async function startNameServer(
  host: Host,
  authority: Authority,
  records: { hosts: Readonly<Record<string, string>>; reverseOnly?: Readonly<Record<string, string>> },
): Promise<void> {
  const forward = Object.entries(records.hosts).map(([name, at]) => `host-record=${name},${at}`)
  const reverse = Object.entries(records.reverseOnly ?? {}).map(
    ([at, name]) => `ptr-record=${at.split('.').toReversed().join('.')}.in-addr.arpa,${name}`,
  )
  const file = await configuration(
    authority,
    'dnsmasq.conf',
    [
      'keep-in-foreground',
      'user=root',
      'no-resolv',
      'no-hosts',
      'local=/com/',
      'local=/arpa/',
      ...forward,
      ...reverse,
      '',
    ].join('\n'),
  )
  host.start(['dnsmasq', '-k', '-C', file, '--pid-file='])
}

async function configuration({ folder }: Authority, name: string, text: string): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, `${text}\n`)
  return file
}
