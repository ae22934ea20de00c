import type { PodRecord } from '../pod/records.ts'

/** Records of all nodes as one line now and then: `312 of 1440 lookups, 3 of 3 nodes`. */
export function progressOf(nodes: number, progress: (line: string) => void): (node: string, record: PodRecord) => void {
  const counts = new Map<string, { readonly done: number; readonly of: number }>()
  let last = ''
  return (node, record) => {
    if (record.t === 'slowed') progress(`${node}: answers get worse (${record.why}); going on at half the rate`)
    if (record.t === 'stopped') progress(`${node}: answers get worse still (${record.why}); stopped asking`)
    if (record.t !== 'progress') return
    counts.set(node, record)
    const sum = (key: 'done' | 'of'): number => [...counts.values()].reduce((total, it) => total + it[key], 0)
    const line = `${sum('done')} of ${sum('of')} lookups, ${counts.size} of ${nodes} nodes`
    if (line !== last) progress(line)
    last = line
  }
}
