// The real ingress-nginx controller with its real template and Lua code, on Debian's nginx. What Debian lacks is left
// out of the template (TCP and UDP services: no stream Lua module) or stood in for (Lua libraries).
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Image } from './definitions.ts'

const HERE = join(import.meta.dirname, 'ingress-nginx')
const LUA = '/usr/share/lua/5.1'

/** Required when the controller's Lua code loads, used only by annotations that the lab does not have. */
const ABSENT = ['chash', 'global_throttle', 'http', 'dns/resolver', 'cookie', 'ipmatcher']

/** The controller posts TCP and UDP services to this port after each change and gives up if nothing listens. */
const STREAM_PORT_SINK = `
    server {
        listen 127.0.0.1:10247;
        access_log off;
        return 200;
    }
`

/** Takes out the `stream` block and lets the `http` block answer on its port. */
function withoutStream(template: string): string {
  const from = template.indexOf('\nstream {')
  const to = template.indexOf('\n}', from)
  const endOfHttp = template.lastIndexOf('\n}', from)
  if (from < 0 || to < 0 || endOfHttp < 0) throw new Error('nginx.tmpl has no stream block where it is expected')
  return template.slice(0, endOfHttp) + STREAM_PORT_SINK + template.slice(endOfHttp, from) + template.slice(to + 2)
}

async function texts(data: string): Promise<Record<string, string>> {
  const absent = ABSENT.map((name): [string, string] => [
    `${LUA}/resty/${name}.lua`,
    `local M = {}\nfunction M.new()\n  return nil, "resty.${name} is not part of this image"\nend\nreturn M\n`,
  ])
  return {
    ...Object.fromEntries(absent),
    [`${LUA}/resty/roundrobin.lua`]: await readFile(join(HERE, 'roundrobin.lua'), 'utf8'),
    [`${LUA}/resty/lock.lua`]: await readFile(join(HERE, 'lock.lua'), 'utf8'),
    '/usr/bin/nginx': await readFile(join(HERE, 'nginx.sh'), 'utf8'),
    '/etc/nginx/template/nginx.tmpl': withoutStream(await readFile(join(data, 'template', 'nginx.tmpl'), 'utf8')),
  }
}

export function ingressNginx(part: string): Image {
  const data = join(part, 'nginx')
  return {
    reference: 'registry.k8s.io/ingress-nginx/controller:v1.11.0',
    entrypoint: ['/nginx-ingress-controller'],
    files: {
      '/nginx-ingress-controller': join(part, 'ingress-nginx'),
      '/usr/sbin/nginx': '/usr/sbin/nginx',
      '/usr/bin/diff': '/usr/bin/diff',
      '/usr/bin/curl': '/usr/bin/curl',
      ...Object.fromEntries(
        ['ndk_http', 'ngx_http_lua', 'ngx_http_headers_more_filter'].map((name) => {
          const path = `/usr/lib/nginx/modules/${name}_module.so`
          return [path, path]
        }),
      ),
      '/etc/nginx': data,
      '/etc/nginx/mime.types': '/etc/nginx/mime.types',
      '/usr/lib/x86_64-linux-gnu/lua/5.1/cjson.so': '/usr/lib/x86_64-linux-gnu/lua/5.1/cjson.so',
      [LUA]: LUA,
    },
    texts: () => texts(data),
    links: { '/var/log/nginx/access.log': '/dev/stdout', '/var/log/nginx/error.log': '/dev/stderr' },
    folders: [
      'tmp/nginx',
      'var/lib/nginx',
      'etc/ingress-controller/ssl',
      'etc/ingress-controller/auth',
      'etc/ingress-controller/telemetry',
      'etc/ingress-controller/geoip',
    ],
    busybox: true,
  }
}
