// What others do while a plan is applied and after it: a webhook that mutates, an autoscaler, a colleague, a connection
// that drops, a reader that goes away, a disk that is full. A remedy of one field, so that each of the others is
// theirs.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Lab } from '../lab.ts'
import { HOST_IP } from '../plan.ts'
import { differences, everything } from './everything.ts'
import { applying, both, desk, type Desk } from './fix-desk.ts'
import { intoPipe } from './hopscope.ts'
import { withoutStatus } from './remedy-run.ts'
import { expectThat, type Result } from './result.ts'
import { type Gate, writeGate } from './write-gate.ts'

const group = 'fix-others'
const NAMESPACE = 'r-others'
const get = ['-n', NAMESPACE, 'get', 'deployment', 'host', '-o', 'json']
const plan = ['fix', 'DNS118', '--plan', '-n', NAMESPACE]
const run = promisify(execFile)

type Judged = { readonly got: string; readonly passed: boolean; readonly detail: string }

interface Scene {
  readonly lab: Lab
  readonly gate: Gate
  readonly folder: string
  readonly before: object
}

const undo = (at: Desk, ...more: readonly string[]): readonly string[] => ['fix', '--undo', at.id(), ...more]

const cases: readonly (readonly [string, string, (scene: Scene) => Promise<Judged>])[] = [
  ['a webhook that mutates', 'exit 2, what it would make is named, 0 writes', mutated],
  ['an autoscaler while it is applied and after', 'undone but for the replicas', scaled],
  ['a colleague edits another field', 'undone but for that field', anotherField],
  ['a colleague edits the same field', 'undo exit 2, his stays; with --force a diff, then as before', sameField],
  ['the connection drops (SIGHUP)', 'no lease, undo exact', droppedBy('SIGHUP')],
  ['Ctrl-C', 'no lease, undo exact', droppedBy('SIGINT')],
  ['kill -9', 'lease named or gone, undo exact', droppedBy('SIGKILL')],
  ['nobody reads the output (| head -1)', 'no lease, how to go on is said, undo exact', unread],
  ['a disk without room', 'exit 2 or 0, said, no lease, as before or undone', full],
]

export async function fixOthersCases(lab: Lab, tell: (result: Result) => void): Promise<readonly Result[]> {
  const results: Result[] = []
  const folder = await mkdtemp(join(tmpdir(), 'hopscope-others-'))
  const gate = await writeGate(lab.kubeconfig, folder)
  try {
    for (const [name, expected, work] of cases) {
      await makeWorkload(lab)
      const before = await withoutStatus(lab, get)
      const all = await everything(lab)
      const own = await mkdtemp(join(folder, 'case-'))
      const result = await expectThat(group, name, expected, async () =>
        andNothingElse(lab, all, await work({ lab, gate, folder: own, before })),
      )
      results.push(result)
      tell(result)
    }
  } finally {
    gate.close()
    await lab.kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--timeout=120s'])
    await rm(folder, { recursive: true, force: true })
  }
  return results
}

/** The Deployment and its pods are judged by the case itself; of all other objects of the cluster none differs. */
async function andNothingElse(lab: Lab, all: readonly string[], judged: Judged): Promise<Judged> {
  const others = async (seconds: number): Promise<readonly string[]> =>
    (await differences(lab, all, seconds)).filter((it) => !/^[-+] (?:Deployment|Pod of) \S*r-others\/host /.test(it))
  const left = (await others(0)).length === 0 ? [] : await others(15)
  return left.length === 0
    ? judged
    : {
        got: `${judged.got}; ${left.length} lines of other objects differ`,
        passed: false,
        detail: [judged.detail, ...left].join('\n'),
      }
}

/** On the node's network with the policy that asks the node's own resolver: DNS118. */
async function makeWorkload(lab: Lab): Promise<void> {
  const labels = { app: 'host' }
  const items = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'host', namespace: NAMESPACE },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            hostNetwork: true,
            dnsPolicy: 'ClusterFirst',
            terminationGracePeriodSeconds: 0,
            containers: [{ name: 'host', image: 'busybox:1.36', command: ['sleep', '3600'] }],
          },
        },
      },
    },
  ]
  await lab
    .kubectl(['-n', NAMESPACE, 'delete', 'deployment', 'host', '--ignore-not-found', '--timeout=60s'])
    .catch(() => '')
  await lab.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  await lab.kubectl(['-n', NAMESPACE, 'rollout', 'status', 'deployment/host', '--timeout=90s'])
}

async function planned({ lab, folder }: Scene): Promise<Desk> {
  const at = await desk(lab, folder)
  await at.plan(plan)
  return at
}

async function leases(lab: Lab): Promise<string> {
  return (
    await lab.kubectl(['-n', 'kube-system', 'get', 'lease', 'hopscope-fix', '--ignore-not-found', '-o', 'name'])
  ).trim()
}

/** The Deployment's template and replicas, in a few words. */
async function shape(lab: Lab): Promise<{
  readonly dnsPolicy: string
  readonly replicas: number
  readonly hostPID: boolean
  readonly image: string
}> {
  const { spec } = JSON.parse(await lab.kubectl(get)) as {
    readonly spec: {
      readonly replicas: number
      readonly template: {
        readonly spec: {
          readonly dnsPolicy: string
          readonly hostPID?: boolean
          readonly containers: readonly { readonly image: string }[]
        }
      }
    }
  }
  const pod = spec.template.spec
  return {
    dnsPolicy: pod.dnsPolicy,
    replicas: spec.replicas,
    hostPID: pod.hostPID ?? false,
    image: pod.containers[0]?.image ?? '',
  }
}

async function isAsBefore({ lab, before }: Scene): Promise<boolean> {
  return JSON.stringify(await withoutStatus(lab, get)) === JSON.stringify(before)
}

async function mutated(scene: Scene): Promise<Judged> {
  const { lab } = scene
  const at = await planned(scene)
  const hook = await webhook(lab, scene.folder)
  try {
    const ran = await at.run(applying(at))
    const now = await shape(lab)
    const named = /hostPID/.test(`${ran.stdout}${ran.stderr}`) && /evil/.test(`${ran.stdout}${ran.stderr}`)
    return {
      got: `exit ${ran.code}, ${named ? 'both named' : 'not named'}, ${JSON.stringify(now)}`,
      passed: ran.code === 2 && named && hook.asked() > 0 && (await isAsBefore(scene)) && (await leases(lab)) === '',
      detail: both(ran),
    }
  } finally {
    await hook.close()
  }
}

async function scaled(scene: Scene): Promise<Judged> {
  const { lab, gate } = scene
  const at = await planned(scene)
  const scale = (to: number): Promise<string> =>
    lab.kubectl([
      '-n',
      NAMESPACE,
      'patch',
      'deployment',
      'host',
      '--subresource=scale',
      '--type=merge',
      '-p',
      JSON.stringify({ spec: { replicas: to } }),
    ])
  gate.restart()
  gate.onWrite = async ({ what }) => {
    if (/deployments\/host/.test(what)) await scale(2)
  }
  const ran = await at.run(applying(at), { kubeconfig: gate.kubeconfig })
  gate.onWrite = () => Promise.resolve()
  await scale(3)
  const undone = await at.run(undo(at))
  const now = await shape(lab)
  return {
    got: `exit ${ran.code}, undo ${undone.code}, ${JSON.stringify(now)}`,
    passed:
      ran.code === 0 &&
      undone.code === 0 &&
      now.dnsPolicy === 'ClusterFirst' &&
      now.replicas === 3 &&
      (await leases(lab)) === '',
    detail: `${both(ran)}\n${both(undone)}`,
  }
}

async function anotherField(scene: Scene): Promise<Judged> {
  const { lab } = scene
  const at = await planned(scene)
  const ran = await at.run(applying(at))
  const env = { spec: { template: { spec: { containers: [{ name: 'host', env: [{ name: 'HIS', value: 'own' }] }] } } } }
  await lab.kubectl(['-n', NAMESPACE, 'patch', 'deployment', 'host', '-p', JSON.stringify(env)])
  await lab.kubectl(['-n', NAMESPACE, 'annotate', 'deployment', 'host', 'his=own'])
  const undone = await at.run(undo(at))
  const text = await lab.kubectl(get)
  const now = await shape(lab)
  const stays = /"HIS"/.test(text) && /"his": ?"own"/.test(text)
  return {
    got: `exit ${ran.code}, undo ${undone.code}, ${now.dnsPolicy}, his ${stays ? 'stay' : 'GONE'}`,
    passed: ran.code === 0 && undone.code === 0 && now.dnsPolicy === 'ClusterFirst' && stays,
    detail: `${both(ran)}\n${both(undone)}`,
  }
}

async function sameField(scene: Scene): Promise<Judged> {
  const { lab } = scene
  const at = await planned(scene)
  const ran = await at.run(applying(at))
  const his = { spec: { template: { spec: { dnsPolicy: 'Default' } } } }
  await lab.kubectl(['-n', NAMESPACE, 'patch', 'deployment', 'host', '-p', JSON.stringify(his)])
  const undone = await at.run(undo(at))
  const kept = (await shape(lab)).dnsPolicy
  const forced = await at.run(undo(at, '--force', '--yes-context', 'hopscope-lab'))
  const shown = /~ .*dnsPolicy: Default -> ClusterFirst$/m.test(forced.stdout + forced.stderr)
  const now = (await shape(lab)).dnsPolicy
  return {
    got: `undo ${undone.code}, ${kept} kept; --force ${forced.code}, ${shown ? 'diff shown' : 'NO diff'}, ${now}`,
    passed:
      undone.code === 2 &&
      /dnsPolicy/.test(undone.stdout + undone.stderr) &&
      kept === 'Default' &&
      forced.code === 0 &&
      shown &&
      now === 'ClusterFirst' &&
      (await leases(lab)) === '',
    detail: [ran, undone, forced].map(both).join('\n'),
  }
}

/** The signal comes when the write has taken effect, and its answer is still under way. */
function droppedBy(signal: NodeJS.Signals): (scene: Scene) => Promise<Judged> {
  return async (scene) => {
    const { lab, gate } = scene
    const at = await planned(scene)
    let kill: (signal: NodeJS.Signals) => void = () => {}
    gate.restart()
    gate.onWrite = async ({ what }) => {
      if (!/deployments\/host/.test(what)) return
      kill(signal)
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
    const ran = await at.run(applying(at), { kubeconfig: gate.kubeconfig, started: (it) => (kill = it) })
    gate.onWrite = () => Promise.resolve()
    const lease = await leases(lab)
    const undone = await at.run(undo(at))
    const exact = await isAsBefore(scene)
    return {
      got:
        `exit ${ran.code}, lease ${lease === '' ? 'gone' : 'there'}; ` +
        `undo ${undone.code}, ${exact ? 'exact' : 'NOT exact'}`,
      passed:
        (signal === 'SIGKILL' || (lease === '' && /--undo|--apply/.test(ran.stderr + ran.stdout))) &&
        undone.code === 0 &&
        exact &&
        (await leases(lab)) === '',
      detail: `${both(ran)}\n${both(undone)}`,
    }
  }
}

async function unread(scene: Scene): Promise<Judged> {
  const { lab, folder } = scene
  const at = await planned(scene)
  const ran = await intoPipe('one line', applying(at), { KUBECONFIG: lab.kubeconfig, XDG_STATE_HOME: folder })
  const lease = await leases(lab)
  const undone = await at.run(undo(at))
  const exact = await isAsBefore(scene)
  const nothingDone = /nothing to undo|was not applied|never applied/i.test(both(undone))
  return {
    got:
      `exit ${ran.code}, lease ${lease === '' ? 'gone' : 'there'}; ` +
      `undo ${undone.code}, ${exact ? 'exact' : 'NOT exact'}`,
    passed: (ran.code === 141 || ran.code === 0) && lease === '' && exact && (undone.code === 0 || nothingDone),
    detail: `${both(ran)}\n${both(undone)}`,
  }
}

/** The plan is on it, and then not a byte more. */
async function full(scene: Scene): Promise<Judged> {
  const { lab, folder } = scene
  const disk = join(folder, 'disk')
  await mkdir(disk)
  await run('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk])
  try {
    const at = await desk(lab, disk)
    await at.plan(plan)
    await run('dd', ['if=/dev/zero', `of=${join(disk, 'fill')}`, 'bs=4k'], {}).catch(() => null)
    const ran = await at.run(applying(at))
    const lease = await leases(lab)
    const untouched = await isAsBefore(scene)
    await rm(join(disk, 'fill'))
    const undone = untouched ? null : await at.run(undo(at))
    const exact = await isAsBefore(scene)
    return {
      got:
        `exit ${ran.code}, lease ${lease === '' ? 'gone' : 'there'}, ` +
        `${untouched ? '0 writes' : `undo ${undone?.code}`}, ${exact ? 'exact' : 'NOT exact'}`,
      passed: ran.code === 2 && /^error: .*disk is full/m.test(ran.stderr) && lease === '' && exact,
      detail: `${both(ran)}\n${undone === null ? '' : both(undone)}`,
    }
  } finally {
    await run('umount', ['-l', disk])
  }
}

interface Hook {
  asked(): number
  close(): Promise<void>
}

/** A real one, over TLS: it swaps the image and takes the node's processes into view, of this namespace alone. */
async function webhook(lab: Lab, folder: string): Promise<Hook> {
  // The machine's end of the lab's link: what else it has, the API server has no route to.
  const address = HOST_IP
  const [key, crt] = [join(folder, 'hook.key'), join(folder, 'hook.crt')]
  const subject = ['-subj', '/CN=hook', '-addext', `subjectAltName=IP:${address}`]
  await run('openssl', [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
    '-keyout',
    key,
    '-out',
    crt,
    ...subject,
  ])
  let asked = 0
  const patch = [
    { op: 'add', path: '/spec/template/spec/hostPID', value: true },
    { op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'registry.example/evil:1' },
  ]
  const server: Server = createServer({ key: await readFile(key), cert: await readFile(crt) }, (request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      asked += 1
      const { uid } = (JSON.parse(body) as { readonly request: { readonly uid: string } }).request
      const answer = {
        uid,
        allowed: true,
        patchType: 'JSONPatch',
        patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
      }
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer }))
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, address, resolve))
  const url = `https://${address}:${(server.address() as AddressInfo).port}/`
  const caBundle = (await readFile(crt)).toString('base64')
  const file = join(folder, 'hook.json')
  await writeFile(
    file,
    JSON.stringify({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'hopscope-lab-hook' },
      webhooks: [
        {
          name: 'hook.example.com',
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          failurePolicy: 'Fail',
          timeoutSeconds: 5,
          clientConfig: { url, caBundle },
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': NAMESPACE } },
          rules: [
            { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] },
          ],
        },
      ],
    }),
  )
  await lab.kubectl(['apply', '-f', file])
  // The API server looks at the list of webhooks now and then.
  await new Promise((resolve) => setTimeout(resolve, 3000))
  return {
    asked: () => asked,
    close: async () => {
      await lab.kubectl(['delete', 'mutatingwebhookconfiguration', 'hopscope-lab-hook', '--ignore-not-found'])
      server.closeAllConnections()
      await new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}
