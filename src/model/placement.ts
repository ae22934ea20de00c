/** What a pod that has no node asks of one (core/v1, PodSpec and PersistentVolumeSpec). */
export interface Placement {
  /** `nodeSelector`: every pair. */
  readonly selector: Readonly<Record<string, string>>
  /** Required node affinity: one of these, all of it. Empty: none is required. */
  readonly terms: readonly NodeTerm[]
  readonly tolerations: readonly Toleration[]
  /** Of PersistentVolumes that its claims are bound to, as far as a file holds both; absent elsewhere. */
  readonly volumes?: readonly PlacedVolume[]
}

/** Requirements by `Gt`, `Lt` and `matchFields` are left out: what fails the others fails the term. */
export type NodeTerm = readonly NodeRequirement[]

export interface NodeRequirement {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  readonly values: readonly string[]
}

export interface Toleration {
  /** null: of every key. */
  readonly key: string | null
  /** null: whatever the value. */
  readonly value: string | null
  /** null: of every effect. */
  readonly effect: string | null
}

/** Where a volume can be had, `spec.nodeAffinity.required`. */
export interface PlacedVolume {
  readonly claim: string
  readonly volume: string
  readonly terms: readonly NodeTerm[]
}
