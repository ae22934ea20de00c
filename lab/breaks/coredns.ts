import { type Lab, LabError } from '../lab.ts'
import { isAnswered } from './ask-dns.ts'
import { onEachNode, onNode, pods, type RunningPod } from './place.ts'
import { until } from './until.ts'

export const COREDNS = {
  namespace: 'kube-system',
  deployment: 'coredns',
  service: 'kube-dns',
  selector: 'k8s-app=kube-dns',
}

export function corednsPods(lab: Lab): Promise<readonly RunningPod[]> {
  return pods(lab, COREDNS.namespace, COREDNS.selector)
}

/** One of them, for what befalls one alone. */
export async function firstCorednsPod(lab: Lab): Promise<RunningPod> {
  const [pod] = await corednsPods(lab)
  if (pod === undefined) throw new LabError('no CoreDNS pod runs')
  return pod
}

/** null takes a limit away. */
export async function setCorednsResources(lab: Lab, resources: object): Promise<void> {
  const patch = { spec: { template: { spec: { containers: [{ name: 'coredns', resources }] } } } }
  await lab.kubectl([
    '-n',
    COREDNS.namespace,
    'patch',
    'deployment',
    COREDNS.deployment,
    '--patch',
    JSON.stringify(patch),
  ])
}

export async function corednsRolledOut(lab: Lab): Promise<void> {
  await lab.kubectl([
    '-n',
    COREDNS.namespace,
    'rollout',
    'status',
    `deployment/${COREDNS.deployment}`,
    '--timeout=120s',
  ])
}

/**
 * Each node's own rules lead to a server again: kube-proxy follows a change a second or two after the pods are ready,
 * and a node refuses lookups until then, which a diagnosis rightly tells.
 */
export async function dnsServiceAnswers(lab: Lab): Promise<void> {
  await until('the DNS Service answers on each node', () => onEachNode(lab, isAnswered))
}

/**
 * The same after a break, which may be one of DNS itself: a rollout of CoreDNS that is over has nodes that refuse for a
 * second more, and a look at that moment tells of it.
 */
export async function rulesHaveFollowed(lab: Lab): Promise<void> {
  const asked = until('rules have followed', () => onEachNode(lab, isAnswered), { seconds: 3 })
  await asked.catch((error: unknown) => {
    if (!(error instanceof LabError)) throw error
  })
}

/** Each server knows the name again: what it denied while no pod was ready it goes on denying for 30 s. */
export async function nameIsKnown(lab: Lab, name: string): Promise<void> {
  const asker = onNode(lab, 'control-plane')
  await until(`every CoreDNS pod knows ${name}`, async () => {
    const servers = await corednsPods(lab)
    const asked = servers.map(({ ip }) =>
      asker.run(['busybox', 'nslookup', '-type=a', `${name}.`, ip], { timeoutMs: 2000 }),
    )
    const said = await Promise.all(asked)
    return said.length > 0 && said.every(({ code }) => code === 0)
  })
}

/** As many ready pods as the Deployment wants, none on its way out, and each of them answers when asked itself. */
export async function corednsServes(lab: Lab): Promise<void> {
  await corednsRolledOut(lab)
  const asker = onNode(lab, 'control-plane')
  await until('every CoreDNS pod answers', async () => {
    const all = await lab.kubectl(['-n', COREDNS.namespace, 'get', 'pods', '-l', COREDNS.selector, '-o', 'name'])
    const running = await corednsPods(lab)
    if (running.length === 0 || running.length !== all.trim().split('\n').length) return false
    const answers = await Promise.all(
      running.map(async (pod) => pod.ready && (await isAnswered(asker, { server: pod.ip }))),
    )
    return answers.every(Boolean)
  })
}
