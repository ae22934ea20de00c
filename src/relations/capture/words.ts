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
