// A cluster with none of kubeadm's names: what is healthy there is called so, and each fault is named first, with the
// object that has it. The lab goes down for it, and comes back as it was.
import { pods } from '../breaks/place.ts'
import { down } from '../down.ts'
import { type Lab, openLab } from '../lab.ts'
import { layouts } from '../layout.ts'
import { up } from '../up.ts'
import { type ForeignFault, foreignFaults } from './foreign-faults.ts'
import { hopscope, type Ran, reportOf, subjectOf } from './hopscope.ts'
import { expectThat, type Result } from './result.ts'

const group = 'foreign'

export async function foreignCases(lab: Lab, tell: (result: Result) => void): Promise<readonly Result[]> {
  const results: Result[] = []
  const keep = async (result: Promise<Result>): Promise<void> => {
    results.push(await result)
    tell(await result)
  }
  // `--keep` in a lab of that layout: for work on one fault.
  const isThere = lab.layout.name === 'foreign'
  if (!isThere) {
    await down()
    await up({ layout: layouts.foreign })
  }
  try {
    const foreign = await openLab()
    await keep(healthyCase(foreign))
    await keep(resolveCase(foreign))
    for (const fault of foreignFaults)
      for (const result of await faultCase(foreign, fault)) await keep(Promise.resolve(result))
  } finally {
    if (!isThere) {
      await down()
      await up({ workers: lab.nodes.length })
    }
  }
  return results
}

function asked(lab: Lab, args: readonly string[]): Promise<Ran> {
  return hopscope([...args, '-o', 'json'], { kubeconfig: lab.kubeconfig })
}

/** Codes and subjects, in the order of the report; information apart. */
function told(ran: Ran): readonly string[] {
  const report = reportOf(ran)
  if (report === null) return [`no report: ${ran.stderr}`]
  const crashed = report.crashed.map((it) => `${it.code} crashed`)
  const found = report.findings.filter((it) => it.severity !== 'info').map((it) => `${it.code} ${subjectOf(it)}`)
  return [...crashed, ...found]
}

function healthyCase(lab: Lab): Promise<Result> {
  return expectThat(group, 'foreign, healthy', 'exit 0, nothing found, nothing untold', async () => {
    const ran = await asked(lab, ['diagnose', '-A', '--probe', '--node-access'])
    const found = told(ran)
    const untold = reportOf(ran)?.cannotTell.map((it) => `${it.code} cannot tell: ${it.why}`) ?? []
    return {
      got: `exit ${ran.code}, ${found.join(', ') || 'nothing found'}, ${untold.length} untold`,
      passed: ran.code === 0 && found.length === 0 && untold.length === 0,
      detail: [...found, ...untold].join('\n'),
    }
  })
}

/** The Service's address, by a short name, in a domain that is not cluster.local. */
function resolveCase(lab: Lab): Promise<Result> {
  return expectThat(group, 'foreign, resolve', 'cart is the Service, in the domain', async () => {
    const { shop, domain } = lab.layout
    const address = await lab.kubectl(['-n', shop, 'get', 'service', 'cart', '-o', 'jsonpath={.spec.clusterIP}'])
    const [web] = await pods(lab, shop, 'app=web')
    const ran = await hopscope(['resolve', 'cart', '-n', shop, '--from', `pod/${web?.name}`], {
      kubeconfig: lab.kubeconfig,
    })
    const full = ran.stdout.includes(`cart.${shop}.svc.${domain}`) && ran.stdout.includes(address)
    return {
      got: `exit ${ran.code}, ${full ? 'its full name and address' : 'another'}`,
      passed: ran.code === 0 && full,
      detail: ran.stdout + ran.stderr,
    }
  })
}

async function faultCase(lab: Lab, fault: ForeignFault): Promise<readonly Result[]> {
  const { code, subject } = fault.cause
  const name = `foreign, ${fault.name}`
  try {
    const broken = await expectThat(group, name, 'in effect', async () => {
      await fault.inject(lab)
      return { got: 'in effect', passed: true }
    })
    if (!broken.passed) return [broken]
    const named = await expectThat(group, name, `${code} ${subject}`, async () => {
      const ran = await asked(lab, fault.diagnose)
      const [first = 'nothing'] = told(ran)
      return {
        got: first,
        passed: fits(`${code} ${subject}`, first) && ran.code === 1,
        detail: `${told(ran).join('\n')}\n${ran.stdout}`,
      }
    })
    return fault.plan === undefined ? [named] : [named, await planCase(lab, fault.name, fault.plan)]
  } finally {
    await fault.takeBack(lab)
  }
}

function fits(wanted: string, got: string): boolean {
  return new RegExp(`^${wanted.replaceAll('*', '[^/]*')}$`).test(got)
}

/** Planned, and not applied: what would be written, by its own name. */
function planCase(lab: Lab, name: string, { args, writes }: NonNullable<ForeignFault['plan']>): Promise<Result> {
  return expectThat(group, `foreign, ${name}: the plan`, writes.join(', '), async () => {
    const ran = await hopscope(['fix', ...args, '--plan'], { kubeconfig: lab.kubeconfig, cwd: lab.stateDir })
    const objects = [...ran.stdout.matchAll(/^ {2}[-+~] (\S+) +(\S+)/gm)].map(([, kind, of]) => `${kind} ${of}`)
    const same = objects.length === writes.length && writes.every((it, index) => fits(it, objects[index] ?? ''))
    return { got: objects.join(', ') || `exit ${ran.code}`, passed: same, detail: ran.stdout + ran.stderr }
  })
}
