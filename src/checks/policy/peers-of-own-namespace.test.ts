import { deployment, pod } from '../../../test/build/pod.ts'
import { ingressPolicy, labels, rule } from '../../../test/build/policy.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { OtherPeer, OtherPolicy, OtherPolicyWords } from '../../model/network-policy.ts'
import type { Sources } from '../../model/sources.ts'
import check from './peers-of-own-namespace.ts'

const db = pod('db-1', { namespace: 'data', labels: { app: 'db' } })
const web = pod('web-1', { namespace: 'shop', labels: { app: 'web' } })
const from = (labels: OtherPeer['labels']): OtherPeer => ({ direction: 'Ingress', labels })
const policy = (
  peers: readonly OtherPeer[],
  about: Partial<OtherPolicy> = {},
  words: Partial<OtherPolicyWords> = {},
): OtherPolicy => ({
  kind: 'CiliumNetworkPolicy',
  namespace: 'data',
  name: 'db',
  says: {
    types: ['Ingress'],
    allows: ['Ingress'],
    selects: { app: 'db' },
    fqdns: 'none',
    lookups: 'unwatched',
    peers,
    ...words,
  },
  ...about,
})
const given = (otherPolicies: readonly OtherPolicy[], more: Partial<Sources> = {}): Partial<Sources> => ({
  otherPolicies,
  pods: [db, web],
  workloads: [],
  networkPolicies: [],
  ...more,
})
const subject = 'CiliumNetworkPolicy/data/db'
const ofWeb = policy([from({ app: 'web' })])
const named = from({ app: 'web', 'io.kubernetes.pod.namespace': 'shop' })

describeCheck(check, [
  {
    it: 'labels that pods of another namespace alone bear',
    given: given([ofWeb]),
    expect: [{ subject, severity: 'warning', confidence: 'possible', says: /such pods are in shop alone/ }],
  },
  {
    it: 'on the way out',
    given: given([
      policy([{ direction: 'Egress', labels: { app: 'web' } }], {}, { types: ['Egress'], allows: ['Egress'] }),
    ]),
    expect: [{ subject, says: /be reached/ }],
  },
  { it: 'with the namespace', given: given([policy([named])]), expect: 'not-applicable' },
  {
    it: 'such a pod is in the own namespace too',
    given: given([ofWeb], { pods: [db, web, pod('web-2', { namespace: 'data', labels: { app: 'web' } })] }),
    expect: 'ok',
  },
  {
    it: 'one is made there now and then',
    given: given([ofWeb], { workloads: [deployment('web', 0, { namespace: 'data', templateLabels: { app: 'web' } })] }),
    expect: 'ok',
  },
  { it: 'nobody bears them anywhere', given: given([ofWeb], { pods: [db] }), expect: 'ok' },
  { it: 'of no pod', given: given([ofWeb], { pods: [web] }), expect: 'ok' },
  {
    it: 'it shuts nothing in that direction',
    given: given([policy([from({ app: 'web' })], {}, { types: [] })]),
    expect: 'ok',
  },
  {
    it: 'another policy names the namespace',
    given: given([ofWeb, policy([named], { name: 'too' })]),
    expect: 'ok',
  },
  {
    it: 'another rule means everybody, or cannot be told',
    given: given([policy([from({ app: 'web' }), from(null)])]),
    expect: 'ok',
  },
  {
    it: 'one of the cluster means such pods of every namespace',
    given: given([ofWeb, policy([from({ app: 'web' })], { kind: 'CiliumClusterwideNetworkPolicy', namespace: null })]),
    expect: 'ok',
  },
  {
    it: 'an old recording has another policy of which no peers are known',
    given: given([ofWeb, { ...policy([]), name: 'old', says: { ...words() } }]),
    expect: 'ok',
  },
  {
    it: 'a NetworkPolicy for the same pods may let them in',
    given: given([ofWeb], {
      networkPolicies: [ingressPolicy('db', [rule()], { namespace: 'data', podSelector: labels({ app: 'db' }) })],
    }),
    expect: 'ok',
  },
  {
    it: 'NetworkPolicies forbidden',
    given: modelOf({ otherPolicies: [ofWeb], pods: [db, web] }, { networkPolicies: unknown('forbidden', 'list them') }),
    expect: [{ subject, args: { sure: false } }],
  },
  { it: 'none of Cilium', given: given([]), expect: 'not-applicable' },
])

function words(): OtherPolicyWords {
  return { types: ['Ingress'], allows: ['Ingress'], selects: {}, fqdns: 'none', lookups: 'unwatched' }
}
