import { clusterDns } from '../../../test/build/dns.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { ingressPolicy, labels, namespace } from '../../../test/build/policy.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { NetworkPolicy, OtherPolicy, TierPeer, TierRule, TierRules } from '../../model/network-policy.ts'
import check from './tier-denies.ts'

const everybody: TierPeer = { namespaces: labels(), pods: labels() }
const inShop: TierPeer = { namespaces: labels({ 'kubernetes.io/metadata.name': 'shop' }), pods: labels() }
const inData: TierPeer = { namespaces: labels({ 'kubernetes.io/metadata.name': 'data' }), pods: labels() }
const rule = (action: TierRule['action'], about: Partial<TierRule> = {}): TierRule => ({
  direction: 'Ingress',
  action,
  name: null,
  peers: [everybody],
  networks: [],
  others: 'none',
  ports: [],
  ...about,
})
const admin = (rules: readonly TierRule[], about: Partial<TierRules> = {}, name = 'guard'): OtherPolicy => ({
  kind: 'AdminNetworkPolicy',
  namespace: null,
  name,
  tier: { tier: 'admin', priority: 10, subject: inData, rules, ...about },
})
const baseline = (rules: readonly TierRule[]): OtherPolicy => ({
  ...admin(rules, { tier: 'baseline', priority: 0 }, 'default'),
  kind: 'BaselineAdminNetworkPolicy',
})
const cilium = (rules: readonly TierRule[]): OtherPolicy => ({
  ...admin(rules, { priority: -1 }, 'deny'),
  kind: 'CiliumClusterwideNetworkPolicy',
})

const db = pod('db-1', { namespace: 'data', labels: { app: 'db' }, ip: '10.2.3.4' })
const web = pod('web-1', {
  namespace: 'shop',
  labels: { app: 'web' },
  ip: '10.2.1.7',
  owner: { kind: 'ReplicaSet', name: 'web-5b948cbb5f' },
  containers: [container({ calls: [{ by: 'DB_URL', host: 'db.data', port: 5432 }] })],
})
const dbService = service('db', {
  namespace: 'data',
  selector: { app: 'db' },
  ports: [{ name: 'sql', port: 5432, targetPort: 5432, protocol: 'TCP', nodePort: null }],
})
/** NetworkPolicies were not read. */
const unread = (otherPolicies: readonly OtherPolicy[]) => ({
  pods: [db, web],
  services: [dbService],
  namespaces: ['shop', 'data', 'kube-system'].map((it) => namespace(it)),
  clusterDns: clusterDns(),
  otherPolicies,
})
const given = (otherPolicies: readonly OtherPolicy[], networkPolicies: readonly NetworkPolicy[] = []) => ({
  ...unread(otherPolicies),
  networkPolicies,
})
const on = 'AdminNetworkPolicy/guard'

describeCheck(check, [
  {
    it: 'an admin denies all that comes in to a Service that a program is told to call',
    given: given([admin([rule('Deny', { name: 'nobody' })])]),
    expect: [
      { subject: on, severity: 'warning', says: /denies the way of replicaset shop\/web-\w+ to Service data\/db/ },
    ],
  },
  {
    it: 'and the Service itself was asked about',
    given: given([admin([rule('Deny')])]),
    scope: { target: { kind: 'object', object: { kind: 'Service', namespace: 'data', name: 'db' }, url: null } },
    expect: [{ subject: on, severity: 'error' }],
  },
  {
    it: 'what goes out to another namespace is denied',
    given: given([admin([rule('Deny', { direction: 'Egress', peers: [inData] })], { subject: inShop })]),
    expect: [{ subject: on }],
  },
  {
    it: 'lookups are denied with all that goes out',
    given: given([admin([rule('Deny', { direction: 'Egress' })], { subject: inShop })]),
    expect: [{ subject: on, severity: 'error', says: /lookups of/ }],
  },
  {
    it: 'a rule before it lets it through',
    given: given([admin([rule('Allow', { peers: [inShop] }), rule('Deny')])]),
    expect: 'ok',
  },
  {
    it: 'a policy of a smaller number passes it on',
    given: given([admin([rule('Deny')]), admin([rule('Pass', { peers: [inShop] })], { priority: 5 }, 'first')]),
    expect: 'ok',
  },
  {
    it: 'a policy of a greater number lets it through, too late',
    given: given([admin([rule('Deny')]), admin([rule('Allow')], { priority: 50 }, 'late')]),
    expect: [{ subject: on }],
  },
  {
    it: 'another of the same number lets it through: which is first nobody can tell',
    given: given([admin([rule('Deny')]), admin([rule('Allow')], {}, 'rival')]),
    expect: 'cannot-tell',
  },
  {
    it: 'another port is denied',
    given: given([admin([rule('Deny', { ports: [{ protocol: 'TCP', port: 9187, endPort: null }] })])]),
    expect: 'ok',
  },
  {
    it: 'its port is within a range of these',
    given: given([admin([rule('Deny', { ports: [{ protocol: 'TCP', port: 5000, endPort: 6000 }] })])]),
    expect: [{ subject: on }],
  },
  {
    it: 'others are denied',
    given: given([admin([rule('Deny', { peers: [inData] })])]),
    expect: 'ok',
  },
  {
    it: 'the policy is for others',
    given: given([admin([rule('Deny')], { subject: { namespaces: labels({ team: 'x' }), pods: labels() } })]),
    expect: 'ok',
  },
  {
    it: 'whom it is for is not told',
    given: given([admin([rule('Deny')], { subject: null })]),
    expect: 'cannot-tell',
  },
  {
    it: 'a baseline denies where no NetworkPolicy chooses the pod',
    given: given([baseline([rule('Deny')])]),
    expect: [{ subject: 'BaselineAdminNetworkPolicy/default' }],
  },
  {
    it: 'a NetworkPolicy chooses the pod, and the baseline is not asked',
    given: given([baseline([rule('Deny')])], [ingressPolicy('in', [{ peers: [], ports: [] }], { namespace: 'data' })]),
    expect: 'ok',
  },
  {
    it: 'a baseline denies, and NetworkPolicies were not read',
    given: unread([baseline([rule('Deny')])]),
    expect: 'cannot-tell',
  },
  {
    it: 'an admin denies, whatever NetworkPolicies say',
    given: unread([admin([rule('Deny')])]),
    expect: [{ subject: on }],
  },
  {
    it: 'Cilium denies, and an admin allows',
    given: given([cilium([rule('Deny')]), admin([rule('Allow')])]),
    expect: [{ subject: 'CiliumClusterwideNetworkPolicy/deny' }],
  },
  {
    it: 'nodes are denied: a pod is none',
    given: given([admin([rule('Deny', { peers: [], others: 'outside' })])]),
    expect: 'ok',
  },
  {
    it: 'a network that covers the pod of the caller is denied',
    given: given([
      admin([rule('Deny', { direction: 'Egress', peers: [], networks: ['10.2.3.0/24'] })], { subject: inShop }),
    ]),
    expect: [{ subject: on }],
  },
  {
    it: 'a policy of another kind, whose words are not read',
    given: given([{ kind: 'AntreaClusterNetworkPolicy', namespace: null, name: 'tier' }]),
    expect: 'not-applicable',
  },
])
