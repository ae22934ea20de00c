import { describe, expect, test } from 'vitest'
import { controllerSigns } from './nginx-controller-log.ts'

const klog = (said: string, at = 'controller.go:208') => `E1128 10:56:37.122789       7 ${at}] ${said}`

const refused = [
  klog('Unexpected failure reloading the backend:'),
  '',
  '-------------------------------------------------------------------------------',
  'Error: exit status 1',
  '2026/11/28 11:02:11 [emerg] 55#55: unknown directive "no_such" in /tmp/nginx/nginx-cfg3218347:700',
  'nginx: [emerg] unknown directive "no_such" in /tmp/nginx/nginx-cfg3218347:700',
  'nginx: configuration file /tmp/nginx/nginx-cfg3218347 test failed',
]

describe('what the controller says of its configuration', () => {
  test('a configuration that nginx refuses', () => {
    expect(controllerSigns(refused)).toEqual({
      lines: 7,
      lastLoad: 'refused',
      signs: [{ kind: 'refused', said: 'unknown directive "no_such"', times: 2, line: 700 }],
    })
  })

  test('what it says of Ingresses without end takes no room of what it says of itself, and of those the last stay', () => {
    const ignored = (n: number) =>
      klog(
        `skipping ingress shop/web-${n}: nginx.ingress.kubernetes.io/upstream-vhost annotation contains invalid word root`,
      )
    const flood = Array.from({ length: 200 }, (_, n) => ignored(n))
    const { signs } = controllerSigns([...flood, ...refused])
    expect(signs.filter((it) => it.kind === 'refused')).toHaveLength(1)
    const few = controllerSigns([...refused, ...flood]).signs
    expect(few.filter((it) => it.kind === 'refused')).toHaveLength(1)
    const others = few.filter((it) => it.kind !== 'refused')
    expect(others.length).toBeLessThanOrEqual(50)
    expect(others.at(-1)?.said ?? '').toContain('web-199')
  })

  test('and one that it loaded since', () => {
    expect(controllerSigns([...refused, klog('"Backend successfully reloaded"')]).lastLoad).toBe('done')
    expect(controllerSigns([klog('"Backend successfully reloaded"'), ...refused]).lastLoad).toBe('refused')
    expect(controllerSigns([]).lastLoad).toBeNull()
  })

  const silent = 'W1128 10:56:37.1 1 reflector.go:547] "Failed to watch" err="failed to list *v1.Pod: dial tcp: x"'
  const loaded = klog('"Backend successfully reloaded"')
  test.each([
    ['loaded after it', [silent, loaded], 'news'],
    ['left an Ingress out after it', [silent, klog('skipping ingress shop/web: no')], 'news'],
    ['silent again', [silent, loaded, silent], undefined],
    ['loaded before it', [loaded, silent], undefined],
    ['never silent', [loaded], undefined],
  ])('news since the API server was out of reach: %s', (_, lines, expected) => {
    expect(controllerSigns(lines).sinceSilence).toBe(expected)
  })

  test.each([
    [
      'reflector.go:547] "Failed to watch" err="failed to list *v1.EndpointSlice: Get \\"https://198.19.0.1:443/apis?x\\": dial tcp 198.19.0.1:443: i/o timeout"',
      'dial tcp 198.19.0.1:443: i/o timeout',
    ],
    [
      'reflector.go:150] pkg/mod/k8s.io/client-go/tools/cache/reflector.go:232: Failed to watch *v1.Service: failed to list *v1.Service: Get "https://10.0.0.1:443/api": net/http: TLS handshake timeout',
      'net/http: TLS handshake timeout',
    ],
    [
      'leaderelection.go:332] error retrieving resource lock ingress-nginx/x: Get "https://198.19.0.1:443/y": context deadline exceeded',
      'context deadline exceeded',
    ],
  ])('cut off from the API server: %s', (line, said) => {
    expect(controllerSigns([`W1128 10:56:37.1       1 ${line}`]).signs).toMatchObject([
      { kind: 'api-unreachable', said },
    ])
  })

  test.each([
    'Error getting SSL certificate "shop/web-tls": local SSL certificate shop/web-tls was not found. Using default certificate',
    'SSL certificate "shop/web-tls" does not contain a Common Name or Subject Alternative Name for server "a.example.com": x509: certificate is valid for b',
  ])('%s', (line) => {
    expect(controllerSigns([klog(line)]).signs).toMatchObject([
      { kind: 'default-certificate', tls: { namespace: 'shop', name: 'web-tls' } },
    ])
  })

  test.each([
    'skipping ingress shop/web: ingress contains invalid paths: path /a( cannot be used',
    '"received invalid ingress" err="ingress contains invalid paths" ingress="shop/web"',
    '"Ignoring ingress because of error while validating ingress class" ingress="shop/web" error="no object"',
  ])('%s', (line) => {
    expect(controllerSigns([klog(line)]).signs).toMatchObject([
      { kind: 'ingress-ignored', ingress: { namespace: 'shop', name: 'web' } },
    ])
  })

  test('what a client asks for is no sign, whatever it says', () => {
    const asked = [...refused, klog('Error getting SSL certificate "a/b": x'), klog('skipping ingress a/b: x')].map(
      (it) => `10.0.0.1 - - [28/Nov/2026:10:56:38 +0000] "GET /${it} HTTP/1.1" 404 1`,
    )
    expect(controllerSigns(asked)).toEqual({ lines: asked.length, lastLoad: null, signs: [] })
  })
})
