// A resolver that takes so many packets a second from each client and drops the rest, as cloud resolvers do, and a
// workload that asks for more outside names than that. Seen: CoreDNS tries again after 2 s, so names come late, or
// fail.
import type { Lab } from '../../lab.ts'
import { CLUSTER_DNS, UPSTREAM_DNS } from '../../plan.ts'
import { corednsPods } from '../../breaks/coredns.ts'
import type { Fault } from '../fault.ts'
import { addRules, removeRules, type Rule } from '../../breaks/firewall.ts'
import { onNode } from '../../breaks/place.ts'
import { until } from '../../breaks/until.ts'
import { askFresh, upstreamIsWell } from '../../breaks/upstream.ts'

const NAMESPACE = 'f-rate-capped'
const CAP_PER_SECOND = 20
const QUERIES_PER_SECOND = 120
const SECONDS = 300

const RULES: readonly Rule[] = [
  {
    table: 'filter',
    chain: 'INPUT',
    rule: [
      '-p',
      'udp',
      '-m',
      'udp',
      '--dport',
      '53',
      '-m',
      'hashlimit',
      '--hashlimit-above',
      `${CAP_PER_SECOND}/sec`,
      '--hashlimit-burst',
      `${CAP_PER_SECOND}`,
      '--hashlimit-mode',
      'srcip',
      '--hashlimit-name',
      'lab-cap',
      '-j',
      'DROP',
    ],
  },
]

/** Names that nobody has asked for, so that each goes to the upstream. It ends by itself. */
function load(): object {
  const script =
    `seq 1 ${QUERIES_PER_SECOND * SECONDS} | sed 's/.*/n&.example.com A/' > /tmp/queries && ` +
    `exec dnsperf -d /tmp/queries -s ${CLUSTER_DNS} -c 10 -T 1 -t 5 -Q ${QUERIES_PER_SECOND} -l ${SECONDS}`
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'load', namespace: NAMESPACE },
    spec: {
      restartPolicy: 'Never',
      activeDeadlineSeconds: SECONDS,
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'load',
          image: 'docker.io/lab/tools:1',
          imagePullPolicy: 'IfNotPresent',
          command: ['sh', '-c', script],
          resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '200m', memory: '64Mi' } },
        },
      ],
    },
  }
}

/** Fresh outside names that were late or failed, of six at each server. */
async function share(lab: Lab): Promise<number> {
  const replies = (await Promise.all(Array.from({ length: 6 }, () => askFresh(lab)))).flat()
  return replies.filter((it) => it.rcode !== 'NXDOMAIN' || it.ms > 1500).length / (6 * (await corednsPods(lab)).length)
}

const fault: Fault = {
  name: 'dns-upstream-rate-capped',
  kind: 'fault',
  breaks:
    `the server that CoreDNS forwards to drops what is above ${CAP_PER_SECOND} queries a second ` +
    'from each CoreDNS pod',
  symptom: 'outside names take 2 or 4 seconds or fail, at busy times',
  cause: { code: 'DNS144', subject: 'ConfigMap/kube-system/coredns' },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  async inject(lab) {
    const items = [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }, load()]
    await lab.kubectl(
      ['apply', '--validate=false', '-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
    )
    await addRules(onNode(lab, UPSTREAM_DNS.name), RULES)
    await until('outside names are late', async () => (await share(lab)) >= 0.3)
  },
  async takeBack(lab) {
    await removeRules(onNode(lab, UPSTREAM_DNS.name), RULES)
    await lab.kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--timeout=120s'])
    await until('the upstream answers as before', () => upstreamIsWell(lab))
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
