import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import type { CronState, JobRun, Workload } from '../../model/workload.ts'
import check from './cron-job-fails.ts'

const cron = (about: Partial<CronState> = {}, more: Partial<Workload> = {}): Workload => ({
  kind: 'CronJob',
  namespace: 'shop',
  name: 'report',
  owner: null,
  desired: 0,
  ready: 0,
  templateLabels: { app: 'report' },
  cron: { suspended: false, lastSuccess: null, ...about },
  ...more,
})
const job = (number: number, end: JobRun['end'], failedPods = 0): Workload => ({
  kind: 'Job',
  namespace: 'shop',
  name: `report-${number}`,
  owner: { kind: 'CronJob', name: 'report' },
  desired: 0,
  ready: 0,
  templateLabels: { app: 'report', 'job-name': `report-${number}` },
  run: { end, reason: end === 'failed' ? 'BackoffLimitExceeded' : null, started: 1000 + 60 * number, failedPods },
})
const failed = pod('report-2-abcde', { phase: 'Failed', ready: false, owner: { kind: 'Job', name: 'report-2' } })
const policy: NetworkPolicy = {
  namespace: 'shop',
  name: 'warehouse-clients',
  podSelector: { matchLabels: { app: 'warehouse' }, matchExpressions: [] },
  types: ['Ingress'],
  ingress: [
    {
      peers: [
        {
          podSelector: { matchLabels: { 'warehouse-client': 'true' }, matchExpressions: [] },
          namespaceSelector: null,
          ipBlock: null,
        },
      ],
      ports: [],
    },
  ],
  egress: [],
}
const both = { pods: [failed], programLogs: [], networkPolicies: [policy] }

describeCheck(check, [
  {
    it: 'each run failed',
    given: { workloads: [cron(), job(1, 'failed', 1), job(2, 'failed', 1)], ...both },
    expect: [
      {
        subject: 'CronJob/shop/report',
        severity: 'warning',
        args: { row: 2, ever: false, job: 'report-2', reason: 'BackoffLimitExceeded', slip: [] },
      },
    ],
  },
  {
    it: 'the label that a policy wants stands on the CronJob',
    given: {
      workloads: [cron({}, { outerLabels: { 'warehouse-client': 'true' } }), job(2, 'failed', 1)],
      ...both,
    },
    expect: [
      {
        subject: 'CronJob/shop/report',
        args: { slip: ['warehouse-client: true'], policy: 'shop/warehouse-clients' },
      },
    ],
  },
  {
    it: 'what its program complained of',
    given: {
      workloads: [cron(), job(2, 'failed', 1)],
      ...both,
      programLogs: [
        {
          namespace: 'shop',
          pod: failed.name,
          container: 'app',
          seconds: 300,
          during: 20,
          lines: 3,
          complaints: [{ kind: 'timed-out', host: 'warehouse', port: 80, times: 1, during: 0 }],
        },
      ],
    },
    expect: [{ subject: 'CronJob/shop/report', args: { calls: ['timed-out, warehouse:80'] } }],
  },
  {
    it: 'one that goes on, and whose pods failed again and again',
    given: { workloads: [cron(), job(2, null, 3)], ...both },
    expect: [{ subject: 'CronJob/shop/report', severity: 'warning', args: { row: 1 } }],
  },
  {
    it: 'the last one alone: it may go well again',
    given: { workloads: [cron({ lastSuccess: 900 }), job(1, 'complete'), job(2, 'failed', 1)], ...both },
    expect: [{ subject: 'CronJob/shop/report', severity: 'info', args: { row: 1, ever: true } }],
  },
  {
    it: 'one that failed before the last',
    given: { workloads: [cron(), job(1, 'failed', 1), job(2, 'complete')], ...both },
    expect: 'ok',
  },
  { it: 'a second try went well', given: { workloads: [cron(), job(2, 'complete', 1)], ...both }, expect: 'ok' },
  {
    it: 'one that goes on',
    given: { workloads: [cron(), job(2, null, 1)], ...both },
    expect: 'not-applicable',
  },
  {
    it: 'suspended',
    given: { workloads: [cron({ suspended: true }), job(2, 'failed', 1)], ...both },
    expect: 'not-applicable',
  },
  { it: 'no CronJob', given: { workloads: [{ ...job(2, 'failed'), owner: null }], ...both }, expect: 'not-applicable' },
  {
    it: 'workloads forbidden',
    given: modelOf({ pods: [failed] }, { workloads: unknown('forbidden', 'list jobs in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
