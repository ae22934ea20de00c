import { beside } from '../../../test/build/beside.ts'
import { node, proxyConfig } from '../../../test/build/node.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Advertisement } from '../../model/beside.ts'
import { unknown } from '../../model/known.ts'
import type { KubeProxyConfig } from '../../wire/kube-proxy-config.ts'
import check from './arp-answered-everywhere.ts'

const advert = (kind: Advertisement['kind']): Advertisement => ({
  kind,
  namespace: 'metallb-system',
  name: 'first',
  pools: [],
  selectsPools: 'by name',
  nodes: null,
  choosesNodes: 'labels',
})
const given = (
  config: Partial<KubeProxyConfig>,
  kind: Advertisement['kind'] = 'L2Advertisement',
  address = '192.0.2.10',
) => ({
  beside: beside({
    pools: [{ namespace: 'metallb-system', name: 'p', addresses: ['192.0.2.0/24'], assigns: 'itself' }],
    advertisements: [advert(kind)],
  }),
  services: [
    service('web', { type: 'LoadBalancer', loadBalancer: { addresses: [address], class: null, problem: null } }),
  ],
  nodes: [node('worker-1', { proxy: 'ready', proxyConfig: proxyConfig(config) })],
})
const found = { subject: 'ConfigMap/kube-system/kube-proxy', severity: 'warning', confidence: 'possible' } as const

describeCheck(check, [
  {
    it: 'IPVS, and strictARP is false',
    given: given({ mode: 'ipvs', strictArp: false }),
    expect: [{ ...found, args: { isSet: true }, says: /each node answers ARP for the addresses of shop\/web/ }],
  },
  { it: 'IPVS, and strictARP is not set', given: given({ mode: 'ipvs', strictArp: null }), expect: [found] },
  { it: 'IPVS with strictARP', given: given({ mode: 'ipvs', strictArp: true }), expect: 'ok' },
  { it: 'IPVS, in a recording of an older hopscope', given: given({ mode: 'ipvs' }), expect: 'ok' },
  { it: 'iptables', given: given({ mode: 'iptables', strictArp: false }), expect: 'ok' },
  { it: 'no mode is told', given: given({ strictArp: null }), expect: 'ok' },
  { it: 'BGP asks nobody by ARP', given: given({ mode: 'ipvs' }, 'BGPAdvertisement'), expect: 'not-applicable' },
  {
    it: "an address that is not MetalLB's",
    given: given({ mode: 'ipvs', strictArp: false }, 'L2Advertisement', '198.51.100.7'),
    expect: 'not-applicable',
  },
  {
    it: 'what kube-proxy is started with was not read',
    given: { ...given({}), nodes: [node('worker-1')] },
    expect: 'not-applicable',
  },
  {
    it: 'a cluster',
    given: modelOf({ services: [], nodes: [] }, { beside: unknown('not-asked', 'of files alone') }),
    expect: 'not-applicable',
  },
])
