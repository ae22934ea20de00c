import { describe, expect, test } from 'vitest'
import { parseNginxConf, type NginxConf } from '../../wire/nginx-conf.ts'
import { locationFor, serverFor } from './nginx-location.ts'

const conf: NginxConf = parseNginxConf(`http {
  server { server_name _; location / { } }
  server { server_name web.example.com; location / { } location = /cart { } location /cart/ { } location ^~ /static/ { }
    location ~* "^/(item|static)/[0-9]+" { } location = /_external-auth-L-Prefix { internal; } location @named { } }
  server { server_name "~^(?<subdomain>[\\w-]+)\\.example\\.com$"; location / { } }
  server { server_name odd.example.com; location ~ "^/(?=x)" { } location / { } }
}`)

describe('which server takes a host', () => {
  test.each([
    ['web.example.com', 'web.example.com'],
    ['WEB.example.com', 'web.example.com'],
    ['api.example.com', '*.example.com'],
    ['a.b.example.com', '_'],
    ['other.com', '_'],
  ])('%s: %s', (host, name) => expect(serverFor(conf, host)?.serverNames).toEqual([name]))
})

describe('which location takes a path', () => {
  const server = serverFor(conf, 'web.example.com')
  test.each([
    ['/', '/'],
    ['/cart', '/cart'],
    ['/cart/1', '/cart/'],
    ['/cartoon', '/'],
    ['/item/12', '^/(item|static)/[0-9]+'],
    ['/ITEM/12?x=1', '^/(item|static)/[0-9]+'],
    ['/static/12', '/static/'],
    ['/_external-auth-L-Prefix', '/'],
  ])('%s: %s', (path, expected) => {
    const found = server === null ? null : locationFor(server, path)
    expect(found).toMatchObject({ kind: 'found', location: { path: expected } })
  })

  test('behind an expression that is not known nothing is sure', () => {
    const odd = serverFor(conf, 'odd.example.com')
    expect(odd === null ? null : locationFor(odd, '/a')).toMatchObject({ kind: 'unclear' })
  })

  test('none', () => {
    const bare = parseNginxConf('server { server_name a; location /b { } }').servers[0]
    expect(bare === undefined ? null : locationFor(bare, '/')).toEqual({ kind: 'none' })
  })
})
