export type { Clock, Timer } from '../clock.ts'
export type { Bus, BusListener } from '../tiers/bus.ts'
export type { Driver, DriverEntry, Exchange, Previous } from '../tiers/driver.ts'
export { type InProcessHub, inProcessHub } from '../tiers/in-process-bus.ts'
export { type MemoryDriver, type MemoryDriverOptions, memoryDriver } from '../tiers/memory.ts'
export { type BusFault, type BusMoment, ChaosBus, type ChaosBusOptions } from './chaos-bus.ts'
export { ChaosDriver, type ChaosDriverOptions, type DriverFault, type DriverMethod } from './chaos-driver.ts'
export {
  type ContractFailure,
  type DriverUnderTest,
  driverContract,
  driverFailures,
  type TestRunner,
} from './contract/driver-contract.ts'
export { FakeClock } from './fake-clock.ts'
export type { FaultPlan } from './faults.ts'
export { seeded } from './random.ts'
