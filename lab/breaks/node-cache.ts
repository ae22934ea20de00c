// A node cache as `hopscope fix DNS101` installs it: the same objects from the same builder, put there without a plan.
import { apiVersionOf, resourceOf } from '../../src/plan/kinds.ts'
import { nodeCacheImage, nodeLocalChanges, nodeLocalName } from '../../src/remedies/node-local-objects.ts'
import type { Lab } from '../lab.ts'
import { dnsName } from '../../test/build/names.ts'
import { isAnswered } from './ask-dns.ts'
import { CLUSTER_DNS } from '../plan.ts'
import { clientOn } from './node.ts'
import { onNode } from './place.ts'
import { until } from './until.ts'

const NODE_CACHE_ADDRESS = '169.254.20.10'

function objects(): readonly object[] {
  const ports = [
    { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
    { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
  ]
  const options = {
    image: nodeCacheImage,
    local: NODE_CACHE_ADDRESS,
    vip: CLUSTER_DNS,
    domain: dnsName('cluster.local'),
    selector: { 'k8s-app': 'kube-dns' },
    ports,
    ipvs: false,
    allToCoreDns: true,
  }
  return nodeLocalChanges(options).flatMap((it) =>
    it.verb === 'create'
      ? [{ apiVersion: apiVersionOf(resourceOf(it.object.kind)), kind: it.object.kind, ...it.after }]
      : [],
  )
}

/** Returns when the cache of every node has its rules and answers that node's pods at the DNS Service's address. */
export async function installNodeCache(lab: Lab): Promise<void> {
  await lab.kubectl(
    ['apply', '--validate=false', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects() }),
  )
  await lab.kubectl(['-n', 'kube-system', 'rollout', 'status', `daemonset/${nodeLocalName}`, '--timeout=120s'])
  for (const { name, netns } of lab.nodes) {
    await until(`the cache of ${name} has its rules`, async () => (await ruleCount(lab, netns)) === 24)
    const client = await clientOn(lab, name)
    await until(
      `the cache of ${name} answers`,
      async () => (await isAnswered(client)) && (await isAnswered(client, { server: NODE_CACHE_ADDRESS })),
    )
  }
}

/** Gracefully, so that each pod takes its rules and addresses along; returns when they are gone. */
export async function removeNodeCache(lab: Lab): Promise<void> {
  await lab.kubectl([
    '-n',
    'kube-system',
    'delete',
    'daemonset',
    nodeLocalName,
    '--ignore-not-found',
    '--cascade=foreground',
    '--timeout=120s',
  ])
  const names = [
    'configmap/node-local-dns',
    'service/node-local-dns',
    'service/kube-dns-upstream',
    'serviceaccount/node-local-dns',
  ]
  await lab.kubectl(['-n', 'kube-system', 'delete', '--ignore-not-found', ...names])
  for (const { name, netns } of lab.nodes) {
    await until(
      `nothing of the cache is left on ${name}`,
      async () =>
        (await ruleCount(lab, netns)) === 0 &&
        !(await onNode(lab, netns).run(['ip', '-o', 'address', 'show', 'dev', 'lo'])).stdout.includes(
          NODE_CACHE_ADDRESS,
        ),
    )
  }
}

/** node-cache makes twelve rules for each of its two addresses. */
async function ruleCount(lab: Lab, netns: string): Promise<number> {
  const tables = await Promise.all(
    ['raw', 'filter'].map((table) => onNode(lab, netns).run(['iptables-save', '-t', table])),
  )
  return tables.reduce(
    (sum, it) => sum + it.stdout.split('\n').filter((line) => line.includes('NodeLocal DNS Cache')).length,
    0,
  )
}
