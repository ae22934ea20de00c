const onDisk = 'what is on the disk shows after a power cut alone'

/** Mutants that no test can kill, since the program is the same with them; each with its reason. */
export const equivalents: readonly {
  readonly file: string
  readonly from: string
  readonly to: string
  readonly why: string
}[] = [
  { file: 'src/plan/journal.ts', from: 'await handle.sync()', to: '', why: onDisk },
  { file: 'src/plan/journal.ts', from: 'await syncFolder(folder)', to: '', why: onDisk },
  { file: 'src/plan/store.ts', from: 'await handle.sync()', to: '', why: onDisk },
  { file: 'src/plan/store.ts', from: '0', to: '1', why: 'Windows alone has no such flag' },
  { file: 'src/plan/state-folder.ts', from: '0', to: '1', why: 'Windows alone has no such flag' },
  {
    file: 'src/plan/apply.ts',
    from: "step.verb === 'delete' || stored === null",
    to: "(step.verb === 'delete') && (stored === null)",
    why: 'a deletion stores nothing, and it alone',
  },
  {
    file: 'src/plan/allowed.ts',
    from: "may.some((it) => it.verb === 'replace' && it.fields.test(path))",
    to: "(may).every((it) => it.verb === 'replace' && it.fields.test(path))",
    why: 'no remedy has two lines for a change of one kind',
  },
  {
    file: 'src/relations/policy/policy-applies-to-pod.ts',
    from: 'a.name < b.name',
    to: '(a.name) <= (b.name)',
    why: 'names are unique in their namespace, and each namespace has a list of its own',
  },
]
