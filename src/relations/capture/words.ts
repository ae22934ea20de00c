import type { Trail } from '../../model/capture.ts'
import { ms } from '../../phrases.ts'

/** `; asked again after 5.00 s`. */
export function again(gap: number | null): string {
  return gap === null ? '' : `; asked again after ${ms(gap)}`
}

/** `, such as cart.shop`. */
export function named(name: string | null): string {
  return name === null ? '' : `, such as ${name}`
}

/** Of `10.0.0.1:53` or `[fd00::1]:53`. */
export function hostOf(end: string): string {
  return end.slice(0, end.lastIndexOf(':')).replaceAll(/[[\]]/g, '')
}

export function plural(n: number, one: string): string {
  return n === 1 ? one : `${one}s`
}

export function was(n: number): string {
  return n === 1 ? 'was' : 'were'
}

/** Its number at each point, by the point's own name: the file's stands before a colon in each. */
export function trailText(trail: Trail): string {
  return trail
    .map(({ point, packet }) => {
      const name = point.slice(point.lastIndexOf(':') + 1)
      return packet === null ? `${name} never` : `${name} packet ${packet}`
    })
    .join(', ')
}
