// Which faults are on is a file for each in the lab's state folder: `on` and `off` may be hours and shells apart.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Lab } from '../lab.ts'
import type { Fault } from './fault.ts'

function folder(lab: Lab): string {
  return join(lab.stateDir, 'faults')
}

/** Marked before it begins: a fault that is half in needs taking back as well. */
export async function switchOn(lab: Lab, fault: Fault): Promise<void> {
  await mkdir(folder(lab), { recursive: true })
  await writeFile(join(folder(lab), fault.name), `${new Date().toISOString()}\n`)
  await fault.inject(lab)
}

export async function switchOff(lab: Lab, fault: Fault, purge: boolean): Promise<void> {
  await (purge ? fault.remove(lab) : fault.takeBack(lab))
  await rm(join(folder(lab), fault.name), { force: true })
}

export async function namesOfThoseOn(lab: Lab): Promise<ReadonlySet<string>> {
  return new Set(await readdir(folder(lab)).catch(() => []))
}
