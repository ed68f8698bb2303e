const DEGREES = { Oslo: 4, Lima: 19, Pune: 31 }

/** The weather of a city, from a source that takes its time. */
export async function loadWeather(city) {
  await new Promise((resolve) => setTimeout(resolve, 500))
  return { city, degrees: DEGREES[city] ?? 12, at: new Date() }
}
