import * as omnicache from 'omnicache'
import * as testing from 'omnicache/testing'
import { work } from './work.mjs'

await work(omnicache, testing)
console.log('ok')
