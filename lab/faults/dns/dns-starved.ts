// Seen: each CoreDNS pod used 97 % of its 30 ms of CPU a second; asked directly, p50 80 ms and p95 0.4 s, 6 of 300
// lost, where an unlimited pod has p50 0.4 ms. Both stayed ready, without a restart. Half the queries, 100 of them
// under way, starved a slow machine's CoreDNS only: a quick one has as many answers within its limit.
import type { Lab } from '../../lab.ts'
import { CLUSTER_DNS, CLUSTER_NAME, isAnswered } from '../../breaks/ask-dns.ts'
import { corednsPods, corednsRolledOut, corednsServes, setCorednsResources } from '../../breaks/coredns.ts'
import type { Fault } from '../fault.ts'
import { onNode } from '../../breaks/place.ts'
import { until } from '../../breaks/until.ts'

const NAMESPACE = 'f-starved'
const LIMIT = '30m'
/** Of the lab's CoreDNS manifest, which sets no CPU limit. */
const REQUEST = '100m'
const QUERIES_PER_SECOND = 3000
/** So many that a quick machine's CoreDNS is late as well: 100, dnsperf's default, waited for less than `SLOW_MS`. */
const UNDER_WAY = 400
const SECONDS = 600
const SLOW_MS = 100

/** Bounded in rate, in queries under way and in time: it ends by itself. */
function load(): object {
  const names = [
    CLUSTER_NAME,
    'kube-dns.kube-system.svc.cluster.local',
    'cart.shop.svc.cluster.local',
    'nothing.shop.svc.cluster.local',
  ]
  const queries = names.map((name) => `${name} A\\n`).join('')
  const dnsperf =
    `printf '${queries}' > /tmp/queries && ` +
    `exec dnsperf -d /tmp/queries -s ${CLUSTER_DNS} -c 20 -T 1 -t 2 ` +
    `-q ${UNDER_WAY} -Q ${QUERIES_PER_SECOND} -l ${SECONDS}`
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'load', namespace: NAMESPACE },
    spec: {
      activeDeadlineSeconds: SECONDS,
      backoffLimit: 0,
      template: {
        metadata: { labels: { app: 'load' } },
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 0,
          containers: [
            {
              name: 'load',
              image: 'docker.io/lab/tools:1',
              imagePullPolicy: 'IfNotPresent',
              command: ['sh', '-c', dnsperf],
              resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '300m', memory: '64Mi' } },
            },
          ],
        },
      },
    },
  }
}

const fault: Fault = {
  name: 'dns-starved',
  kind: 'fault',
  breaks: `CoreDNS has a CPU limit of ${LIMIT} and more queries than that is good for`,
  symptom: 'lookups take tenths of seconds to seconds at random, from every node, for every name',
  cause: { code: 'DNS103', subject: 'Deployment/kube-system/coredns' },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  async inject(lab) {
    await setCorednsResources(lab, { limits: { cpu: LIMIT }, requests: { cpu: '20m' } })
    await corednsRolledOut(lab)
    const items = [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }, load()]
    await lab.kubectl(
      ['apply', '--validate=false', '-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
    )
    await until('CoreDNS answers late', async () => (await lateAnswers(lab)) >= 0.3)
  },
  async takeBack(lab) {
    await lab.kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--timeout=120s'])
    await setCorednsResources(lab, { limits: { cpu: null }, requests: { cpu: REQUEST } })
    await corednsServes(lab)
    await until('CoreDNS answers at once', async () => (await lateAnswers(lab)) === 0)
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

/** The share of questions, put to each CoreDNS pod itself, that took too long or were lost. */
async function lateAnswers(lab: Lab): Promise<number> {
  const asker = onNode(lab, 'control-plane')
  let late = 0
  let asked = 0
  for (const pod of await corednsPods(lab)) {
    for (let left = 10; left > 0; left--) {
      const started = performance.now()
      const answered = await isAnswered(asker, { server: pod.ip })
      asked += 1
      if (!answered || performance.now() - started > SLOW_MS) late += 1
    }
  }
  return asked === 0 ? 1 : late / asked
}

export default fault
