// The lab's policies must mean what other people's policies mean, or faults of policies would prove nothing.
import { join } from 'node:path'
import type { Lab } from '../lab.ts'
import { run } from '../process.ts'
import { expectThat, type Result } from './result.ts'

export async function enforcerCases(_lab: Lab, tell: (result: Result) => void): Promise<readonly Result[]> {
  const result = await expectThat(
    'lab',
    'the enforcer means what cyclonus means',
    'every policy the same',
    async () => {
      const ran = await run([process.execPath, join(import.meta.dirname, '../policy/cyclonus-check.ts')], {
        timeoutMs: 600_000,
      })
      const got = ran.stdout.trimEnd().split('\n').at(-1) ?? ''
      return { got, passed: ran.code === 0, detail: ran.stdout + ran.stderr }
    },
  )
  tell(result)
  return [result]
}
