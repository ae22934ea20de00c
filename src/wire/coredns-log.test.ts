import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { coreDnsSigns } from './coredns-log.ts'

const forbidden = 'endpointslices.discovery.k8s.io is forbidden: User "system:serviceaccount:kube-system:coredns" cannot list resource "endpointslices" in API group "discovery.k8s.io" at the cluster scope'

describe('what CoreDNS writes when something is wrong', () => {
  test.each([
    ['loop', '[FATAL] plugin/loop: Loop (127.0.0.1:55953 -> :53) detected for zone ".", see https://coredns.io/plugins/loop#troubleshooting. Query: "HINFO 4547991504243258144.3688648895315093531."', 'Loop (127.0.0.1:55953 -> :53) detected for zone "."'],
    ['corefile-refused', "/etc/coredns/Corefile:13 - Error during parsing: Unknown directive 'forwrad'", "/etc/coredns/Corefile:13 - Error during parsing: Unknown directive 'forwrad'"],
    ['reload-failed', "[ERROR] plugin/reload: Corefile changed but reload failed: starting with listener file descriptors: /etc/coredns/Corefile:13 - Error during parsing: Unknown directive 'forwrad'", "Corefile changed but reload failed: starting with listener file descriptors: /etc/coredns/Corefile:13 - Error during parsing: Unknown directive 'forwrad'"],
    ['cannot-listen', 'Listen: listen tcp :53: bind: address already in use', 'listen tcp :53: bind: address already in use'],
    ['forbidden', `[ERROR] plugin/kubernetes: Failed to watch *v1.EndpointSlice: failed to list *v1.EndpointSlice: ${forbidden}`, forbidden],
    ['api-unreachable', '[ERROR] plugin/kubernetes: Failed to watch *v1.Service: failed to list *v1.Service: Get "https://10.96.0.1:443/api/v1/services?limit=500&resourceVersion=0": dial tcp 10.96.0.1:443: i/o timeout', 'dial tcp 10.96.0.1:443: i/o timeout'],
    ['api-unreachable', '[ERROR] plugin/kubernetes: pkg/mod/k8s.io/client-go@v0.29.3/tools/cache/reflector.go:229: Failed to watch *v1.Namespace: failed to list *v1.Namespace: Get "https://10.96.0.1:443/api/v1/namespaces": dial tcp 10.96.0.1:443: connect: connection refused', 'dial tcp 10.96.0.1:443: connect: connection refused'],
    ['io-timeout', '[ERROR] plugin/errors: 2 www.example.com. A: read udp 10.2.0.7:4711->192.0.2.53:53: i/o timeout', 'read udp 10.2.0.7:4711->192.0.2.53:53: i/o timeout'],
    ['no-healthy-upstream', '[ERROR] plugin/errors: 2 www.example.com. A: no healthy proxies', 'no healthy proxies'],
    ['too-many-concurrent', '[ERROR] plugin/errors: 2 www.example.com. A: concurrent queries exceeded maximum 1000', 'concurrent queries exceeded maximum 1000'],
    ['slow-health', '[WARNING] plugin/health: Local health request to "http://:8080/health" took more than 1s: 1.509866394s', 'Local health request to "http://:8080/health" took more than 1s'],
    ['unsynced', '[WARNING] plugin/kubernetes: starting server with unsynced Kubernetes API', '[WARNING] plugin/kubernetes: starting server with unsynced Kubernetes API'],
    ['unsynced', '[INFO] plugin/ready: Plugins not ready: "kubernetes"', '[INFO] plugin/ready: Plugins not ready: "kubernetes"'],
    ['unsynced', '[INFO] plugin/ready: Still waiting on: "kubernetes"', '[INFO] plugin/ready: Still waiting on: "kubernetes"'],
  ])('%s', (kind, line, said) => {
    expect(coreDnsSigns(['CoreDNS-1.14.7', line, line])).toEqual([{ kind, times: 2, said }])
  })

  test.each([
    '[INFO] plugin/reload: Running configuration SHA512 = a0bbefa7',
    '[INFO] 10.2.0.7:4711 - 3 "A IN loop.shop.svc.cluster.local. udp 54 false 512" NXDOMAIN qr,aa,rd 147 0.0001s',
    '[INFO] plugin/kubernetes: Warning: watch ended with error',
    '[INFO] plugin/ready: Plugins not ready: "forward"',
    '',
  ])('nothing in %s', (line) => {
    expect(coreDnsSigns([line])).toEqual([])
  })

  test('any text: at most one sign of a kind, none longer than a line is worth, and never a throw', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.string().map((it) => `plugin/loop: Loop (${it}) detected for zone "${it}"`), fc.string().map((it) => `Corefile:1 - Error during parsing: ${it}`))), (lines) => {
        const signs = coreDnsSigns(lines)
        expect(new Set(signs.map((it) => it.kind)).size).toBe(signs.length)
        expect(signs.every((it) => it.said.length <= 300 && it.times >= 1 && it.times <= lines.length)).toBe(true)
      }),
    )
  })
})
