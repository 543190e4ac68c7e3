import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import type { WrongAddress } from '../../shared/protocol/webhooks.ts'

/**
 * Where webhooks may go. Only admins name addresses, and what is sent is ours; still a server must not be made to talk to what answers to
 * nobody else: the addresses under which clouds hand out the machine's own keys. Addresses of the local network are what most halls need.
 */

/** Link-local, "this host", multicast, and the cloud's own one in IPv6. */
const FORBIDDEN = new BlockList()
FORBIDDEN.addSubnet('169.254.0.0', 16, 'ipv4')
FORBIDDEN.addSubnet('0.0.0.0', 8, 'ipv4')
FORBIDDEN.addSubnet('224.0.0.0', 3, 'ipv4')
FORBIDDEN.addSubnet('fe80::', 10, 'ipv6')
FORBIDDEN.addSubnet('ff00::', 8, 'ipv6')
FORBIDDEN.addSubnet('fd00:ec2::', 32, 'ipv6')
FORBIDDEN.addAddress('::', 'ipv6')

/** Where http is good enough: nothing of it leaves the house. */
const LOCAL = new BlockList()
LOCAL.addSubnet('127.0.0.0', 8, 'ipv4')
LOCAL.addSubnet('10.0.0.0', 8, 'ipv4')
LOCAL.addSubnet('172.16.0.0', 12, 'ipv4')
LOCAL.addSubnet('192.168.0.0', 16, 'ipv4')
LOCAL.addAddress('::1', 'ipv6')
LOCAL.addSubnet('fc00::', 7, 'ipv6')

const within = (list: BlockList, address: string): boolean => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** Also an IPv4 address in the clothes of IPv6, in each of its ways of being written. */
function plain(address: string): string {
  const mapped = /^(?:::ffff:|64:ff9b::)(?:(\d+\.\d+\.\d+\.\d+)|([\da-f]{1,4}):([\da-f]{1,4}))$/i.exec(address)
  if (!mapped) return address
  if (mapped[1]) return mapped[1]
  const [high, low] = [Number.parseInt(mapped[2] as string, 16), Number.parseInt(mapped[3] as string, 16)]
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
}

export function mayGoTo(protocol: string, address: string): boolean {
  const bare = plain(address)
  if (isIP(bare) === 0 || within(FORBIDDEN, bare)) return false
  return protocol === 'https:' || within(LOCAL, bare)
}

/** The host of an address, without the brackets of IPv6. */
const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '')

/** What is wrong with an address at first sight; names are looked up at each delivery. */
export function wrongAddress(text: string): WrongAddress | null {
  if (!URL.canParse(text)) return 'no-address'
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'no-address'
  if (url.username || url.password) return 'credentials'
  const host = hostOf(url)
  if (isIP(host) === 0) return null
  if (mayGoTo(url.protocol, host)) return null
  return mayGoTo('https:', host) ? 'no-https' : 'forbidden-address'
}

export class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress'
}

/**
 * Looks a name up for one connection, and gives only what may be gone to: whoever owns the name can't show one address to a check and another
 * one to the connection.
 */
export function checkedLookup(protocol: string): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '')
      const good = found.filter(({ address }) => mayGoTo(protocol, address))
      const [first] = good
      // One bad address among them is no accident, either: but the good ones harm nobody.
      if (!first) return callback(new ForbiddenAddress(`${hostname} is at no address that may be gone to`), '')
      if (options.all) callback(null, good)
      else callback(null, first.address, first.family)
    })
  }
}
