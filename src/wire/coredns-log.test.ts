import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { coreDnsSigns } from './coredns-log.ts'

const forbidden =
  'endpointslices.discovery.k8s.io is forbidden: User "system:serviceaccount:kube-system:coredns" cannot list resource "endpointslices" in API group "discovery.k8s.io" at the cluster scope'

describe('what CoreDNS writes when something is wrong', () => {
  test.each([
    [
      'loop',
      '[FATAL] plugin/loop: Loop (127.0.0.1:55953 -> :53) detected for zone ".", see https://coredns.io/plugins/loop#troubleshooting. Query: "HINFO 4547991504243258144.3688648895315093531."',
      'Loop (127.0.0.1:55953 -> :53) detected for zone "."',
    ],
    [
      'corefile-refused',
      "/etc/coredns/Corefile:13 - Error during parsing: Unknown directive 'forwrad'",
      "/etc/coredns/Corefile:13 - Error during parsing: Unknown directive 'forwrad'",
    ],
    ['watch-ended', '[INFO] plugin/kubernetes: Warning: watch ended with error', 'watch ended with error'],
    [
      'reload-failed',
      "[ERROR] plugin/reload: Corefile changed but reload failed: starting with listener file descriptors: /etc/coredns/Corefile:13 - Error during parsing: Unknown directive 'forwrad'",
      "Corefile changed but reload failed: starting with listener file descriptors: /etc/coredns/Corefile:13 - Error during parsing: Unknown directive 'forwrad'",
    ],
    [
      'cannot-listen',
      'Listen: listen tcp :53: bind: address already in use',
      'listen tcp :53: bind: address already in use',
    ],
    [
      'forbidden',
      `[ERROR] plugin/kubernetes: Failed to watch *v1.EndpointSlice: failed to list *v1.EndpointSlice: ${forbidden}`,
      forbidden,
    ],
    [
      'api-unreachable',
      '[ERROR] plugin/kubernetes: Failed to watch *v1.Service: failed to list *v1.Service: Get "https://10.96.0.1:443/api/v1/services?limit=500&resourceVersion=0": dial tcp 10.96.0.1:443: i/o timeout',
      'dial tcp 10.96.0.1:443: i/o timeout',
    ],
    [
      'api-unreachable',
      '[ERROR] plugin/kubernetes: pkg/mod/k8s.io/client-go@v0.29.3/tools/cache/reflector.go:229: Failed to watch *v1.Namespace: failed to list *v1.Namespace: Get "https://10.96.0.1:443/api/v1/namespaces": dial tcp 10.96.0.1:443: connect: connection refused',
      'dial tcp 10.96.0.1:443: connect: connection refused',
    ],
    [
      'io-timeout',
      '[ERROR] plugin/errors: 2 www.example.com. A: read udp 10.2.0.7:4711->192.0.2.53:53: i/o timeout',
      'read udp 10.2.0.7:4711->192.0.2.53:53: i/o timeout',
    ],
    ['no-healthy-upstream', '[ERROR] plugin/errors: 2 www.example.com. A: no healthy proxies', 'no healthy proxies'],
    [
      'too-many-concurrent',
      '[ERROR] plugin/errors: 2 www.example.com. A: concurrent queries exceeded maximum 1000',
      'concurrent queries exceeded maximum 1000',
    ],
    [
      'slow-health',
      '[WARNING] plugin/health: Local health request to "http://:8080/health" took more than 1s: 1.509866394s',
      'Local health request to "http://:8080/health" took more than 1s',
    ],
    [
      'unsynced',
      '[WARNING] plugin/kubernetes: starting server with unsynced Kubernetes API',
      '[WARNING] plugin/kubernetes: starting server with unsynced Kubernetes API',
    ],
    [
      'unsynced',
      '[INFO] plugin/ready: Plugins not ready: "kubernetes"',
      '[INFO] plugin/ready: Plugins not ready: "kubernetes"',
    ],
    [
      'unsynced',
      '[INFO] plugin/ready: Still waiting on: "kubernetes"',
      '[INFO] plugin/ready: Still waiting on: "kubernetes"',
    ],
    [
      'api-unreachable',
      'E1202 10:45:03.506949       1 reflector.go:127] pkg/mod/k8s.io/client-go@v0.19.2/tools/cache/reflector.go:156: Failed to watch *v1.Endpoints: failed to list *v1.Endpoints: Get "https://10.96.0.1:443/api/v1/endpoints?limit=500&resourceVersion=0": dial tcp 10.96.0.1:443: i/o timeout',
      'dial tcp 10.96.0.1:443: i/o timeout',
    ],
    [
      'api-unreachable',
      'E0412 10:00:00.000000       1 reflector.go:153] pkg/mod/k8s.io/client-go@v0.17.2/tools/cache/reflector.go:105: Failed to list *v1.Endpoints: Get https://10.96.0.1:443/api/v1/endpoints?limit=500&resourceVersion=0: dial tcp 10.96.0.1:443: connect: no route to host',
      'dial tcp 10.96.0.1:443: connect: no route to host',
    ],
    [
      'api-unreachable',
      'E0827 10:00:00.000000       1 reflector.go:201] k8s.io/dns/pkg/dns/dns.go:189: Failed to list *v1.Endpoints: Get https://10.0.0.1:443/api/v1/endpoints?resourceVersion=0: dial tcp 10.0.0.1:443: i/o timeout',
      'dial tcp 10.0.0.1:443: i/o timeout',
    ],
    [
      'loop',
      '2019-08-20T10:00:00.123Z [FATAL] plugin/loop: Forwarding loop detected in "." zone. Exiting. See https://coredns.io/plugins/loop#troubleshooting.',
      'Forwarding loop detected in "." zone',
    ],
    [
      'loop',
      '2018/11/20 10:00:00 [FATAL] plugin/loop: Seen "HINFO IN 1." more than twice, loop detected',
      'more than twice, loop detected',
    ],
    [
      'io-timeout',
      '2019-08-20T10:00:00.123Z [ERROR] plugin/errors: 2 www.example.com. A: unreachable backend: read udp 10.2.0.7:4711->192.0.2.53:53: i/o timeout',
      'read udp 10.2.0.7:4711->192.0.2.53:53: i/o timeout',
    ],
    [
      'corefile-refused',
      '2019/03/01 10:00:00 plugin/forward: not an IP address or file: "up"',
      'plugin/forward: not an IP address or file: "up"',
    ],
    [
      'corefile-refused',
      'cannot serve dns://.:53 - it is already defined',
      'cannot serve dns://.:53 - it is already defined',
    ],
    [
      'corefile-refused',
      "Corefile:1 - Syntax error: Unexpected token 'loop', expecting '}'",
      "Corefile:1 - Syntax error: Unexpected token 'loop', expecting '}'",
    ],
  ])('%s', (kind, line, said) => {
    expect(coreDnsSigns(['CoreDNS-1.14.7', line, line])).toEqual([{ kind, times: 2, said }])
  })

  test.each([
    '[INFO] plugin/reload: Running configuration SHA512 = a0bbefa7',
    '[INFO] 10.2.0.7:4711 - 3 "A IN loop.shop.svc.cluster.local. udp 54 false 512" NXDOMAIN qr,aa,rd 147 0.0001s',
    '[INFO] plugin/ready: Plugins not ready: "forward"',
    '',
  ])('nothing in %s', (line) => {
    expect(coreDnsSigns([line])).toEqual([])
  })

  test.each([
    [
      ['CoreDNS-1.14.7', 'open /etc/coredns/tls.crt: no such file or directory'],
      'open /etc/coredns/tls.crt: no such file or directory',
    ],
    [['[INFO] plugin/ready: x', '[FATAL] something new'], '[FATAL] something new'],
    [
      ['panic: runtime error: index out of range [3]', '', 'goroutine 1 [running]:', 'main.main()'],
      'panic: runtime error: index out of range [3]',
    ],
  ])('the last words of a run that ended, and no form knows them: %j', (lines, said) => {
    expect(coreDnsSigns(lines, 'ended')).toEqual([{ kind: 'last-words', times: 1, said }])
    expect(coreDnsSigns(lines, 'going')).toEqual([])
  })

  test.each([
    [['.:53', 'CoreDNS-1.14.7', 'linux/amd64, go1.26.8, d4f0df3']],
    [['[INFO] 10.2.0.7:4711 - 3 "A IN private.shop.example. udp 54 false 512" NXDOMAIN']],
    [['[ERROR] plugin/errors: 2 private.shop.example. A: whatever']],
    [[]],
  ])('no last words: %j', (lines) => expect(coreDnsSigns(lines, 'ended')).toEqual([]))

  test('any text: at most one sign of a kind, none longer than a line is worth, and never a throw', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string(),
            fc.string().map((it) => `plugin/loop: Loop (${it}) detected for zone "${it}"`),
            fc.string().map((it) => `Corefile:1 - Error during parsing: ${it}`),
          ),
        ),
        (lines) => {
          const signs = coreDnsSigns(lines)
          expect(new Set(signs.map((it) => it.kind)).size).toBe(signs.length)
          expect(signs.every((it) => it.said.length <= 300 && it.times >= 1 && it.times <= lines.length)).toBe(true)
        },
      ),
    )
  })
})
