import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { faults } from './all.ts'
import type { Fault } from './fault.ts'

const folders: Readonly<Record<string, string>> = {
  DNS: 'dns',
  SVC: 'service',
  TRB: 'service',
  ING: 'ingress',
  POL: 'policy',
  NOD: 'node',
  GTW: 'gateway',
}

/** A node's own fault may be told by what it does to DNS. */
function homesOf({ kind, cause }: Fault): readonly string[] {
  return kind === 'control' || cause === null ? ['controls'] : [folders[cause.code.slice(0, 3)] ?? '', 'node']
}

test('each fault is a file of its name, in the folder of its family', () => {
  const lost = faults.filter(
    (it) => !homesOf(it).some((home) => existsSync(join(import.meta.dirname, home, `${it.name}.ts`))),
  )
  expect(lost.map((it) => it.name)).toEqual([])
})
