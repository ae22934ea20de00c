import { probe } from '../../../test/build/lookups.ts'
import { apiContact, endpointOfApi, podWays, serviceOfApi } from '../../../test/build/pod-ways.ts'
import { egressPolicy } from '../../../test/build/policy.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { ApiContact } from '../../model/pod-ways.ts'
import check from './api-out-of-reach.ts'

const open = { networkPolicies: [], otherPolicies: [], namespaces: [] }
const shut = { service: 'timeout', endpoint: 'timeout' } as const
const everywhere = { 'worker-1': shut, 'worker-2': shut }
const second = { ...endpointOfApi, ip: '192.168.50.12' }
const noEndpoint = podWays().api.filter((it) => it.via === 'service')

function hangingUp(node: string): ApiContact {
  return {
    ...apiContact(node, serviceOfApi),
    tries: Array.from({ length: 3 }, () => ({ result: 'open', ms: 1, hungUpMs: 3 })),
  }
}

describeCheck(check, [
  { it: 'each node reaches it', given: { podWays: podWays(), ...open }, expect: 'ok' },
  {
    it: 'dropped on the way from one node: policies are the same for all',
    given: { podWays: podWays({ 'worker-1': {}, 'worker-2': shut, 'worker-3': {} }), ...open },
    expect: [
      {
        subject: 'Node/worker-2',
        confidence: 'observed',
        severity: 'error',
        args: { where: 'path', nodes: ['worker-2'], of: 3, well: 2, tries: 6, results: ['no answer'] },
        says: /^Pods on node worker-2 do not reach the API server; from 2 of 3 nodes they do\./,
      },
    ],
  },
  {
    it: 'the endpoint is reached, and the address of the Service is not',
    given: { podWays: podWays({ 'worker-1': {}, 'worker-2': { service: 'refused' } }), ...open },
    expect: [
      {
        subject: 'Node/worker-2',
        args: { where: 'address', reached: ['192.168.50.11:6443'], addresses: ['10.96.0.1:443'] },
        says: /by its Service's address/,
      },
    ],
  },
  {
    it: 'a load balancer before the API servers opens, and hangs up',
    given: { podWays: podWays({}, { api: [hangingUp('worker-1'), hangingUp('worker-2')] }), ...open },
    expect: [{ subject: 'Service/default/kubernetes', args: { results: ['hung up at once'] } }],
  },
  {
    it: 'the slices may not be read',
    given: {
      podWays: podWays(
        {},
        { api: [apiContact('worker-1', serviceOfApi), apiContact('worker-2', serviceOfApi, 'refused')] },
      ),
    },
    expect: [{ subject: 'Node/worker-2', args: { where: 'unclear' } }],
  },
  {
    it: 'two nodes in two ways',
    given: { podWays: podWays({ 'worker-1': {}, 'worker-2': { service: 'timeout' }, 'worker-3': shut }), ...open },
    expect: [
      { subject: 'Node/worker-2', args: { where: 'address' } },
      { subject: 'Node/worker-3', args: { where: 'path' } },
    ],
  },
  {
    it: 'from no node, and nothing keeps the pods from it',
    given: { podWays: podWays(everywhere), ...open },
    expect: [{ subject: 'Service/default/kubernetes', severity: 'warning', args: { nodes: ['worker-1', 'worker-2'] } }],
  },
  {
    it: 'from no node, and a policy denies the probe itself',
    given: {
      podWays: podWays(everywhere),
      ...open,
      networkPolicies: [egressPolicy('deny-all', [], { namespace: 'default' })],
    },
    expect: 'cannot-tell',
    says: /keeps the probe's own pods/,
  },
  {
    it: 'from no node, and policies are not known',
    given: modelOf(
      { podWays: podWays(everywhere) },
      { networkPolicies: unknown('forbidden', 'list networkpolicies in default') },
    ),
    expect: 'cannot-tell',
    says: /could not be read/,
  },
  {
    it: 'from no node, and a policy of another kind may decide',
    given: {
      podWays: podWays(everywhere),
      ...open,
      otherPolicies: [{ kind: 'CiliumClusterwideNetworkPolicy', namespace: null, name: 'base' }],
    },
    expect: 'cannot-tell',
    says: /not evaluated/,
  },
  {
    it: 'a policy that denies, and was in force a moment late on one node',
    given: {
      podWays: podWays({ 'worker-1': {}, 'worker-2': shut }),
      ...open,
      networkPolicies: [egressPolicy('deny-all', [], { namespace: 'default' })],
    },
    expect: 'cannot-tell',
    says: /1 of 2 nodes reached the API server: .*keeps the probe's own pods/,
  },
  {
    it: 'its probe got no CPU',
    given: {
      podWays: podWays({ 'worker-1': {}, 'worker-2': shut }),
      dnsProbe: { ...probe({ nodes: ['worker-1', 'worker-2'] }), lag: [{ node: 'worker-2', p99Ms: 2000 }] },
      ...open,
    },
    expect: 'cannot-tell',
    says: /worker-2/,
  },
  {
    it: 'refused, however late the probe was',
    given: {
      podWays: podWays({ 'worker-1': {}, 'worker-2': { service: 'refused', endpoint: 'refused' } }),
      dnsProbe: { ...probe({ nodes: ['worker-1', 'worker-2'] }), lag: [{ node: 'worker-2', p99Ms: 2000 }] },
    },
    expect: [{ subject: 'Node/worker-2' }],
  },
  {
    it: 'a loss, and then it opened',
    given: {
      podWays: podWays(
        {},
        {
          api: [
            apiContact('worker-1', serviceOfApi),
            {
              ...apiContact('worker-2', serviceOfApi),
              tries: [
                { result: 'timeout', ms: 3000 },
                { result: 'open', ms: 1 },
              ],
            },
          ],
        },
      ),
    },
    expect: 'cannot-tell',
    says: /1 of 3 connects/,
  },
  {
    it: 'one of two endpoints answers nobody',
    given: {
      podWays: podWays(
        {},
        { api: [...podWays().api, ...['worker-1', 'worker-2'].map((it) => apiContact(it, second, 'timeout'))] },
      ),
    },
    expect: [
      {
        subject: 'Service/default/kubernetes',
        severity: 'warning',
        args: { where: 'endpoint', addresses: ['192.168.50.12:6443'] },
      },
    ],
  },
  {
    it: 'a platform whose endpoint no pod reaches, and whose Service each does',
    given: { podWays: podWays({ 'worker-1': { endpoint: 'timeout' }, 'worker-2': { endpoint: 'timeout' } }) },
    expect: 'ok',
  },
  { it: 'only the Service is known, and opens', given: { podWays: podWays({}, { api: noEndpoint }) }, expect: 'ok' },
  {
    it: 'one node said nothing',
    given: { podWays: podWays({}, { api: [{ ...apiContact('worker-1', serviceOfApi), tries: [] }] }) },
    expect: 'cannot-tell',
  },
  { it: 'no pod was told of an address', given: { podWays: podWays({}) }, expect: 'not-applicable' },
  { it: 'nothing was probed', given: { namespaces: [] }, expect: 'cannot-tell', says: /--probe/ },
])
