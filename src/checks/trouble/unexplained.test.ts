import { describeCheck } from '../../../test/describe-check.ts'
import { insideView } from '../../../test/build/dns.ts'
import * as F from '../../../test/build/dns-faults.ts'
import { contacts, toService, tries } from '../../../test/build/contacts.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { node } from '../../../test/build/node.ts'
import { known } from '../../model/known.ts'
import check from './unexplained.ts'

const web = pod('web-1')
const lookup = (result: 'ok' | 'timeout' | 'refused' | 'nxdomain', ms: number) =>
  insideView('web-1', { lookup: known({ tool: 'getent', name: 'kubernetes.default', result, ms }) })

describeCheck(check, [
  { it: 'nothing was looked at', given: {}, expect: 'not-applicable' },
  {
    it: 'all is well',
    given: { ...F.cluster(), pods: [web], insideViews: [lookup('ok', 3)], nodes: [node('worker-1')] },
    expect: 'ok',
  },
  {
    it: 'a lookup in the pod ends in a timeout, and the probe is answered',
    given: { ...F.cluster(), pods: [web], insideViews: [lookup('timeout', 5010)] },
    expect: [
      {
        subject: 'Pod/shop/web-1',
        severity: 'error',
        confidence: 'observed',
        args: { bad: 1, of: 1, how: 'timeout', isSilent: true },
      },
    ],
  },
  {
    it: 'a lookup in the pod succeeds after 5 s',
    given: { pods: [web], insideViews: [lookup('ok', 5020)] },
    expect: [{ subject: 'Pod/shop/web-1', severity: 'warning' }],
  },
  {
    it: 'a pod with the resolv.conf of its node knows no name of the cluster: a sign, while nobody asks about it',
    given: { pods: [pod('web-1', { dnsPolicy: 'Default' })], insideViews: [lookup('nxdomain', 2)] },
    expect: [{ subject: 'Pod/shop/web-1', severity: 'info' }],
  },
  {
    it: 'the same pod, asked about',
    given: { pods: [pod('web-1', { dnsPolicy: 'Default', owner: null })], insideViews: [lookup('nxdomain', 2)] },
    scope: { target: { kind: 'object', object: { kind: 'Pod', namespace: 'shop', name: 'web-1' }, url: null } },
    expect: [{ subject: 'Pod/shop/web-1', severity: 'warning' }],
  },
  {
    it: 'lookups of one pod that are slow and a connection that fails are two troubles of it',
    given: { pods: [web], insideViews: [{ ...lookup('ok', 5020), tcp53: known('refused') }] },
    expect: [{ subject: 'Pod/shop/web-1' }, { subject: 'Pod/shop/web-1' }],
  },
  {
    it: 'several pods of one namespace are one finding on it',
    given: {
      insideViews: [insideView('a', { tcp53: known('timeout') }), insideView('b', { tcp53: known('refused') })],
    },
    expect: [{ subject: 'Namespace/shop', severity: 'warning', args: { who: 'pod shop/a, pod shop/b' } }],
  },
  {
    it: 'a Service does not answer, and the Services could not be read',
    given: { contacts: contacts([toService('web', 'worker-1', tries('timeout', 'timeout'))]) },
    expect: [{ subject: 'Service/shop/web', severity: 'error', args: { bad: 2, of: 2 } }],
  },
  {
    it: 'a pod that no Service stands before cannot start',
    given: {
      pods: [
        pod('job-1', {
          ready: false,
          containers: [container({ ready: false, waiting: 'CreateContainerConfigError' })],
        }),
      ],
    },
    expect: [
      { subject: 'Pod/shop/job-1', severity: 'warning', args: { how: 'CreateContainerConfigError in container app' } },
    ],
  },
])
