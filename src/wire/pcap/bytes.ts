/*
 * Reads out of bounds are 0, not undefined: whoever needs to know asks for the length first. In bounds they cost
 * nothing beside the load, which is what a million packets are read with.
 */

export function u8(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0
}

export function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}

/** As a signed number: what is compared and hashed need not be positive. */
export function i32(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)
}

export function u32(bytes: Uint8Array, at: number): number {
  return i32(bytes, at) >>> 0
}

export function u32le(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0
  )
}

export function u16le(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
}
