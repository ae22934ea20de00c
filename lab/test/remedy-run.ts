// What the cases of remedies share: `hopscope fix` as a user types it, and an object as its owner wrote it.
import type { Lab } from '../lab.ts'
import { hopscope, type Ran } from './hopscope.ts'

export interface Said {
  readonly got: string
  readonly passed: boolean
  readonly detail?: string
}

export type Keep = (name: string, expected: string, run: () => Promise<Said>) => Promise<void>

export function fix(lab: Lab, args: readonly string[], cwd?: string): Promise<Ran> {
  return hopscope(['fix', ...args], { kubeconfig: lab.kubeconfig, ...(cwd === undefined ? {} : { cwd }) })
}

export function planId(ran: Ran): string | null {
  return /^Plan ([0-9a-f]{16}) /m.exec(ran.stdout)?.[1] ?? null
}

export function said(ran: Ran): string {
  return `exit ${ran.code}\n${ran.stdout}${ran.stderr}`
}

/** What the API server counts and reports is left out. */
export async function withoutStatus(lab: Lab, get: readonly string[]): Promise<object> {
  const {
    status: _status,
    metadata,
    ...rest
  } = JSON.parse(await lab.kubectl(get)) as {
    readonly status?: object
    readonly metadata: Readonly<Record<string, unknown>>
  }
  const { resourceVersion: _version, generation: _generation, managedFields: _fields, ...kept } = metadata
  const counted = ['deployment.kubernetes.io/revision', 'deprecated.daemonset.template.generation']
  const annotations = Object.entries((kept['annotations'] ?? {}) as Readonly<Record<string, string>>).filter(
    ([key]) => !counted.includes(key),
  )
  return { ...rest, metadata: { ...kept, annotations: Object.fromEntries(annotations) } }
}
