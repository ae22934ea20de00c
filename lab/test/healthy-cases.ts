// A doctor who finds something in a healthy patient one time in ten is not asked again: the healthy cluster, ten times.
import { corednsServes } from '../breaks/coredns.ts'
import type { Lab } from '../lab.ts'
import { hopscope, reportOf, subjectOf } from './hopscope.ts'
import { expectThat, type Result } from './result.ts'

const runs = 10

export async function healthyCases(lab: Lab, tell: (result: Result) => void): Promise<readonly Result[]> {
  const result = await expectThat('healthy', 'ten runs of dns', `${runs} of ${runs} without a finding`, async () => {
    await corednsServes(lab)
    const wrong: string[] = []
    let judged = 0
    for (let run = 1; run <= runs; run += 1) {
      const ran = await hopscope(['dns', '--probe', '--node-access', '-o', 'json'], { kubeconfig: lab.kubeconfig })
      const report = reportOf(ran)
      const bad = [...(report?.findings ?? []), ...(report?.explained ?? [])]
        .filter((it) => it.severity !== 'info')
        .map((it) => `${it.code} ${subjectOf(it)}`)
      const crashed = report?.crashed.map((it) => `${it.code} crashed`) ?? []
      const said =
        report === null ? [ran.stderr] : [...bad, ...crashed, ...(ran.code === 0 ? [] : [`exit ${ran.code}`])]
      if (said.length > 0) wrong.push(`run ${run}: ${said.join(', ')}`)
      // A machine that is busy may keep a run from judging; ten of them would have judged nothing.
      if (report?.ok.includes('DNS110') === true) judged += 1
    }
    return {
      got: `${runs - wrong.length} of ${runs} without a finding, lookups judged in ${judged}`,
      passed: wrong.length === 0 && judged * 2 >= runs,
      detail: wrong.join('\n'),
    }
  })
  tell(result)
  return [result]
}
