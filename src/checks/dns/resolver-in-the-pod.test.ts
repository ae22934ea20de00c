import { insideView, resolving } from '../../../test/build/dns.ts'
import * as F from '../../../test/build/dns-faults.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { InsideView } from '../../model/inside.ts'
import { known, unknown } from '../../model/known.ts'
import type { Answer } from '../../model/lookups.ts'
import check from './resolver-in-the-pod.ts'

const { dnsProbe } = F.cluster()
const sick = F.cluster({ network: F.udpBlockedOn('worker-1') }).dnsProbe
const meshed = [pod('web-1', { dnsHop: { by: 'container istio-proxy', sign: 'ISTIO_META_DNS_CAPTURE=true' } })]
const plain = [pod('web-1')]
const looked = (result: Answer, about: Partial<InsideView> = {}) => ({
  insideViews: [
    insideView('web-1', { lookup: known({ tool: 'getent', name: 'kubernetes.default', result, ms: 1 }), ...about }),
  ],
})
const stub = { resolvConf: known('nameserver 127.0.0.53\noptions edns0\n') }
const cached = { resolving: resolving({ programs: ['nscd'] }) }
const on = { subject: 'Deployment/shop/web', severity: 'error' } as const

describeCheck(check, [
  {
    it: "a mesh's proxy answers, lookups fail, and beside it they work",
    given: { pods: meshed, dnsProbe, ...looked('timeout') },
    expect: [{ ...on, confidence: 'inferred', args: { hop: 'container istio-proxy' } }],
  },
  {
    it: 'a name of a Service alone fails through it',
    given: {
      pods: meshed,
      dnsProbe,
      ...looked('ok', {
        resolving: resolving({
          names: [
            {
              service: { namespace: 'shop', name: 'cart' },
              typed: 'cart',
              tool: 'getent',
              result: 'nxdomain',
              addresses: [],
              ms: 1,
            },
          ],
        }),
      }),
    },
    expect: [on],
  },
  {
    it: 'nscd in the container',
    given: { pods: plain, dnsProbe, ...looked('nxdomain', cached) },
    expect: [{ ...on, args: { hop: 'nscd' } }],
  },
  {
    it: "the stub of the node's resolved, which is not in the pod",
    given: { pods: plain, dnsProbe, ...looked('unreachable', stub) },
    expect: [{ ...on, confidence: 'observed' }],
  },

  {
    it: 'a mesh that works: said, and no fault',
    given: { pods: meshed, dnsProbe, ...looked('ok') },
    expect: 'ok',
    says: /istio-proxy stands between/,
  },
  { it: 'nothing in between, whatever fails', given: { pods: plain, dnsProbe, ...looked('timeout') }, expect: 'ok' },
  {
    it: "on the host's network the node's own",
    given: { pods: [pod('web-1', { hostNetwork: true })], dnsProbe, ...looked('nxdomain', stub) },
    expect: 'ok',
  },
  {
    it: 'DNS fails without it as well',
    given: { pods: meshed, dnsProbe: sick, ...looked('timeout') },
    expect: 'cannot-tell',
    says: /without it as well/,
  },
  { it: 'nothing was asked beside it', given: { pods: meshed, ...looked('timeout') }, expect: 'cannot-tell' },
  {
    it: 'nobody looked',
    given: modelOf({ pods: meshed, dnsProbe }, { insideViews: unknown('not-asked', 'needs --probe') }),
    expect: 'cannot-tell',
  },
])
