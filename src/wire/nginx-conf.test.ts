import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseNginxConf } from './nginx-conf.ts'

const location = (head: string, more = '') => `
    location ${head} {
      set $namespace      "shop";
      set $ingress_name   "web";
      set $service_name   "cart";
      set $service_port   "http";
      set $location_path  "/cart";
      rewrite_by_lua_block {
        lua_ingress.rewrite({ a = "}", b = [[ } ]], c = '\\'}' }) -- }
        --[[ } ]]
      }
      set $proxy_upstream_name "shop-cart-http";
      proxy_set_header X-Api-Key "s3cr3t";
      proxy_read_timeout 60s;
      proxy_connect_timeout 500ms;
      ${more}
      proxy_pass http://upstream_balancer;
    }`

const conf = (locations: string, name = 'web.example.com') => `
# Configuration checksum: 9450823612135066533
http {
  init_by_lua_block { local a = "}" }
  log_format upstreaminfo '$remote_addr { ; } "$request"';
  upstream upstream_balancer { server 0.0.0.1; balancer_by_lua_block { balancer.balance() } keepalive 320; }
  server {
    server_name ${name} ;
    listen 443  ssl;
    ${locations}
  }
}`

describe('what a running nginx.conf says', () => {
  test('a location of ingress-nginx', () => {
    const read = parseNginxConf(conf(location('/cart/') + location('= "/cart"')))
    expect(read).toMatchObject({ checksum: '9450823612135066533', complete: true })
    expect(read.servers).toMatchObject([{ serverNames: ['web.example.com'], tls: true }])
    expect(read.servers[0]?.locations).toMatchObject([
      {
        modifier: '',
        path: '/cart/',
        ingress: { namespace: 'shop', name: 'web' },
        service: 'cart',
        servicePort: 'http',
        declared: '/cart',
        upstream: 'shop-cart-http',
        denied: null,
        timeouts: { connect: 0.5, send: null, read: 60 },
      },
      { modifier: '=', path: '/cart' },
    ])
    expect(JSON.stringify(read)).not.toContain('s3cr3t')
  })

  test.each([
    ['~* "^/api(/|$)(.*)"', '~*', '^/api(/|$)(.*)'],
    ['~ ^/a\\.b{', '~', '^/a\\.b'],
    ['/', '', '/'],
    ["'/a b'", '', '/a b'],
    ['@custom', '', '@custom'],
  ])('location %s', (head, modifier, path) => {
    expect(parseNginxConf(`server { location ${head} { } }`).servers[0]?.locations).toMatchObject([{ modifier, path }])
  })

  test.each([
    ['error_log /var/log/nginx/error.log notice;', { place: 'container', level: 'notice' }],
    ['error_log stderr;', { place: 'container', level: 'error' }],
    ['error_log /dev/stderr crit;', { place: 'container', level: 'crit' }],
    ['error_log /var/log/own.log warn;\nerror_log stderr debug;', { place: 'elsewhere', level: 'warn' }],
    ['error_log syslog:server=10.0.0.1 sometimes;', { place: 'elsewhere', level: 'error' }],
    ['server { error_log stderr crit; }', undefined],
    ['', undefined],
  ])('where the errors go: %s', (directive, errorLog) => {
    expect(parseNginxConf(`http { ${directive}\n}`).errorLog).toEqual(errorLog)
    expect(parseNginxConf(`${directive}\nhttp { }`).errorLog).toEqual(errorLog)
  })

  test('what was denied, and why', () => {
    const denied = location(
      '/',
      '# Location denied. Reason: "annotation group X contains risky annotation"\n return 503;',
    )
    expect(parseNginxConf(conf(denied)).servers[0]?.locations[0]).toMatchObject({
      denied: 'annotation group X contains risky annotation',
    })
  })

  test('the rewrite, and the dollar that the template hides', () => {
    const text = conf(`location ~* "^/a(/|$)(.*)" { set $location_path "/a(/|\${literal_dollar})(.*)";
      rewrite "(?i)/a(/|$)(.*)" "/$2" break; if ($x) { return 403; } }`)
    expect(parseNginxConf(text).servers[0]?.locations[0]).toMatchObject({
      declared: '/a(/|$)(.*)',
      rewrite: '/$2',
      hidden: 1,
    })
  })

  test("F5's controller: the server says whose it is, and the upstream has the pods", () => {
    const read = parseNginxConf(`
      upstream shop-web-web.example.com-cart-80 { zone a 512k; server 10.2.1.5:8080 max_fails=1; server unix:/x.sock; }
      server {
        set $resource_type "ingress"; set $resource_name "web"; set $resource_namespace "shop";
        server_name web.example.com;
        location /cart { set $service "cart"; proxy_read_timeout 1m; proxy_pass http://shop-web-web.example.com-cart-80; }
      }`)
    expect(read.upstreams).toEqual([
      { name: 'shop-web-web.example.com-cart-80', addresses: ['10.2.1.5:8080', 'unix:/x.sock'] },
    ])
    expect(read.servers[0]?.locations).toMatchObject([
      {
        ingress: { namespace: 'shop', name: 'web' },
        service: 'cart',
        upstream: 'shop-web-web.example.com-cart-80',
        timeouts: { read: 60 },
      },
    ])
  })

  test('a snippet cannot take a location for another Ingress', () => {
    const read = parseNginxConf(
      conf(location('/', 'set $namespace "other"; set $ingress_name "x"; set $service_name "y";')),
    )
    expect(read.servers[0]?.locations[0]).toMatchObject({
      ingress: { namespace: 'shop', name: 'web' },
      service: 'cart',
    })
  })

  test('every name of a server that has many, as an Ingress with aliases makes it', () => {
    const names = Array.from({ length: 3000 }, (_, n) => `a${n}.example.com`)
    expect(parseNginxConf(`http { server { server_name ${names.join(' ')} ; } }`)).toMatchObject({
      complete: true,
      servers: [{ serverNames: names }],
    })
  })

  test('a file that ends early is not complete, wherever it ends', () => {
    const whole = conf(location('/'))
    fc.assert(
      fc.property(fc.nat(whole.lastIndexOf('}') - 1), (at) => {
        const read = parseNginxConf(whole.slice(0, at))
        // Before the first brace there is nothing to be missed from.
        return at <= whole.indexOf('http') || !read.complete
      }),
    )
    expect(parseNginxConf(whole, true).complete).toBe(false)
  })

  test('what stands in quotes, comments and Lua makes no block', () => {
    const noise = fc.constantFrom('}', '{', ';', '# }', '"a"', 'server {', 'location / {')
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 6 }), (parts) => {
        const said = parts.join(' ')
        const around = `
          # ${said}
          add_header X '${said}';
          content_by_lua_block { local a = '${said}' --[==[ ${said} ]==] -- ${said}
          }`
        const read = parseNginxConf(conf(location('/', around)))
        expect(read.servers).toHaveLength(1)
        expect(read.servers[0]?.locations).toHaveLength(1)
        expect(read.complete).toBe(true)
      }),
    )
  })
})

test('error pages that hold in all servers', () => {
  const { errorPages } = parseNginxConf('http {\n error_page 404 = @a;\n server { error_page 503 @b; }\n}')
  expect(errorPages).toEqual([{ line: 2, setting: 'error_page 404 = @a' }])
})
