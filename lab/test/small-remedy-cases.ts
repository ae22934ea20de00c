// The small remedies: one field each, planned, applied, verified by their own check, and undone exactly. And who keeps
// an object in Git gets the same change as a file that the API server takes.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { corednsServes } from '../breaks/coredns.ts'
import type { Lab } from '../lab.ts'
import { fix, type Keep, planId, said, type Said, withoutStatus } from './remedy-run.ts'

const NAMESPACE = 'r-pods'
const dnsService = ['-n', 'kube-system', 'get', 'service', 'kube-dns', '-o', 'json']
const coredns = ['-n', 'kube-system', 'get', 'deployment', 'coredns', '-o', 'json']

interface Case {
  readonly code: string
  readonly get: readonly string[]
  readonly args?: readonly string[]
  /** How it is confirmed: by `--yes` only where nothing is taken away. */
  readonly confirm?: readonly string[]
}

export async function smallRemedies(lab: Lab, keep: Keep): Promise<void> {
  await podDns(lab, keep)
  await corednsCount(lab, keep)
  await serviceShape(lab, keep)
}

async function podDns(lab: Lab, keep: Keep): Promise<void> {
  const vip = (JSON.parse(await lab.kubectl(dnsService)) as { readonly spec: { readonly clusterIP: string } }).spec
    .clusterIP
  const items = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    sleeper('host', { hostNetwork: true, dnsPolicy: 'ClusterFirst' }),
    sleeper('wrong', {
      dnsPolicy: 'None',
      dnsConfig: {
        nameservers: ['198.18.0.99'],
        searches: [`${NAMESPACE}.svc.cluster.local`, 'svc.cluster.local', 'cluster.local'],
      },
    }),
    sleeper('mixed', {
      dnsPolicy: 'None',
      dnsConfig: { nameservers: [vip, '198.18.0.53'], searches: ['svc.cluster.local', 'cluster.local'] },
    }),
  ]
  try {
    await lab.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    for (const name of ['host', 'wrong', 'mixed'])
      await lab.kubectl(['-n', NAMESPACE, 'rollout', 'status', `deployment/${name}`, '--timeout=90s'])
    for (const [code, name] of [
      ['DNS118', 'host'],
      ['DNS117', 'wrong'],
      ['DNS119', 'mixed'],
    ] as const) {
      await keep(`pod-dns against ${code}`, 'verified, and undone exactly', () =>
        cured(lab, { code, get: of(name), args: ['-n', NAMESPACE] }),
      )
    }
    for (const owner of owners)
      await keep(`a workload kept by ${owner.by}`, 'a warning, and a file that is taken', () => kept(lab, owner))
  } finally {
    await lab.kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--timeout=120s'])
  }
}

const owners = [
  {
    by: 'Argo CD',
    marks: ['annotate', 'argocd.argoproj.io/tracking-id=shop:apps/Deployment:r-pods/host'],
    unmark: ['annotate', 'argocd.argoproj.io/tracking-id-'],
    what: 'application shop',
  },
  {
    by: 'Flux',
    marks: ['label', 'kustomize.toolkit.fluxcd.io/name=apps', 'kustomize.toolkit.fluxcd.io/namespace=flux-system'],
    unmark: ['label', 'kustomize.toolkit.fluxcd.io/name-', 'kustomize.toolkit.fluxcd.io/namespace-'],
    what: 'kustomization flux-system/apps',
  },
  {
    by: 'Helm',
    marks: ['annotate', 'meta.helm.sh/release-name=shop', 'meta.helm.sh/release-namespace=r-pods'],
    unmark: ['annotate', 'meta.helm.sh/release-name-', 'meta.helm.sh/release-namespace-'],
    what: 'release r-pods/shop',
  },
] as const

/** The plan says who will put its own state back, and lays the change down as a file to commit. */
async function kept(
  lab: Lab,
  { by, marks: [verb, ...marks], unmark: [, ...unmark], what }: (typeof owners)[number],
): Promise<Said> {
  const folder = await mkdtemp(join(tmpdir(), 'hopscope-owned-'))
  const on = ['-n', NAMESPACE, verb, 'deployment', 'host']
  try {
    await lab.kubectl([...on, ...marks, '--overwrite'])
    const plan = await fix(lab, ['DNS118', '-n', NAMESPACE, '--plan'], folder)
    const file = join(folder, `plan-${planId(plan)}`, `deployment-${NAMESPACE}-host.yaml`)
    const text = await readFile(file, 'utf8').catch(() => '')
    const taken = await lab.kubectl(['apply', '--dry-run=server', '-f', file]).catch((error: unknown) => String(error))
    const warned = plan.stdout.replaceAll(/\s+/g, ' ').includes(`kept by ${by} (${what})`)
    const right = text.includes('dnsPolicy: ClusterFirstWithHostNet') && taken.includes('configured')
    return {
      got: `${warned ? 'a warning' : 'no warning'}, ${right ? 'a file that is taken' : 'no such file'}`,
      passed: warned && right,
      detail: said(plan) + text + taken,
    }
  } finally {
    await lab.kubectl([...on, ...unmark])
    await rm(folder, { recursive: true, force: true })
  }
}

async function corednsCount(lab: Lab, keep: Keep): Promise<void> {
  try {
    await lab.kubectl(['-n', 'kube-system', 'scale', 'deployment/coredns', '--replicas=1'])
    await corednsServes(lab)
    await keep('scale-coredns against DNS112', 'verified, and undone exactly', () =>
      cured(lab, { code: 'DNS112', get: coredns, confirm: ['--yes'] }),
    )
  } finally {
    await lab.kubectl(['-n', 'kube-system', 'scale', 'deployment/coredns', '--replicas=2'])
    await corednsServes(lab)
  }
}

async function serviceShape(lab: Lab, keep: Keep): Promise<void> {
  const whole = JSON.parse(await lab.kubectl(dnsService)) as {
    readonly spec: { readonly ports: readonly { readonly protocol: string; readonly port: number }[] }
  }
  const patch = (spec: object): Promise<string> =>
    lab.kubectl([
      '-n',
      'kube-system',
      'patch',
      'service',
      'kube-dns',
      '--type=merge',
      '--patch',
      JSON.stringify({ spec }),
    ])
  try {
    await patch({ ports: whole.spec.ports.filter((it) => it.protocol !== 'TCP' || it.port !== 53) })
    await keep('dns-service, a port gone', 'verified, and undone exactly', () =>
      cured(lab, { code: 'DNS120', get: dnsService, confirm: ['--yes'] }),
    )
    await patch({ ports: whole.spec.ports, internalTrafficPolicy: 'Local' })
    await keep('dns-service, nodes without a server', 'verified, and undone exactly', () =>
      cured(lab, { code: 'DNS120', get: dnsService }),
    )
  } finally {
    await patch({ ports: whole.spec.ports, internalTrafficPolicy: 'Cluster' })
    await corednsServes(lab)
  }
}

/** Applied, its own check finds nothing any more; undone, the object is the same, and the check finds it again. */
async function cured(
  lab: Lab,
  { code, get, args = [], confirm = ['--yes-context', 'hopscope-lab'] }: Case,
): Promise<Said> {
  const before = await withoutStatus(lab, get)
  const plan = await fix(lab, [code, ...args, '--plan'])
  const id = planId(plan)
  if (id === null) return { got: 'no plan', passed: false, detail: said(plan) }
  const applied = await fix(lab, ['--apply', id, ...confirm])
  const undone = await fix(lab, ['--undo', id])
  const same = JSON.stringify(before) === JSON.stringify(await withoutStatus(lab, get))
  const again = await fix(lab, [code, ...args])
  const good = applied.code === 0 && applied.stdout.includes(`${code} is gone`)
  return {
    got:
      `${good ? 'verified' : `exit ${applied.code}`}, ${same ? 'undone exactly' : 'changed by the undo'}` +
      (again.code === 1 ? '' : ', and not found again'),
    passed: good && undone.code === 0 && same && again.code === 1,
    detail: [plan, applied, undone, again].map(said).join('\n'),
  }
}

function of(name: string): readonly string[] {
  return ['-n', NAMESPACE, 'get', 'deployment', name, '-o', 'json']
}

function sleeper(name: string, pod: object): object {
  const labels = { app: name }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 0,
          ...pod,
          containers: [
            {
              name: 'sleeper',
              image: 'docker.io/library/busybox:1.36',
              imagePullPolicy: 'IfNotPresent',
              command: ['sleep', '100000'],
              resources: { requests: { cpu: '10m' } },
            },
          ],
        },
      },
    },
  }
}
