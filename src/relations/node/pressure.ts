/** What a node lacks, by the taint that its kubelet's condition makes of it. */
export type Pressure = 'disk' | 'memory' | 'pid'

const keys: Readonly<Record<string, Pressure>> = {
  'node.kubernetes.io/disk-pressure': 'disk',
  'node.kubernetes.io/memory-pressure': 'memory',
  'node.kubernetes.io/pid-pressure': 'pid',
}

/** Of a taint's key (core/v1, well_known_taints.go; nodelifecycle controller, nodeConditionToTaintKeyStatusMap). */
export function pressureOf(key: string): Pressure | null {
  return Object.hasOwn(keys, key) ? (keys[key] ?? null) : null
}

/** Whether a taint of this key is one of those. */
export function isUnderPressure(key: string): boolean {
  return pressureOf(key) !== null
}
