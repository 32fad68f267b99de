import { CandlestickSeries, createChart, HistogramSeries } from "lightweight-charts";
import type { IChartApi, ISeriesApi, UTCTimestamp } from "lightweight-charts";

import type { Candle, PublicTrade } from "../schema/http/reads.ts";
import type { Listing } from "./listing.ts";

/** A bar in pixels to be: the only place where prices become floats, and nothing is ever computed from them. */
interface Bar {
  time: UTCTimestamp;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

/** One-minute candles: the venue's history, then kept going by the trades of the stream. */
export class ChartPanel {
  readonly #chart: IChartApi;
  readonly #candles: ISeriesApi<"Candlestick">;
  readonly #volume: ISeriesApi<"Histogram">;
  #bar: Bar | null = null;

  constructor(container: HTMLElement) {
    this.#chart = createChart(container, {
      autoSize: true,
      // The notice and the link that the licence asks for stand in the page's footer.
      layout: { attributionLogo: false, background: { color: "transparent" } },
      timeScale: { timeVisible: true, secondsVisible: false, rightOffset: 3, minBarSpacing: 2 },
      rightPriceScale: { borderVisible: false },
      crosshair: { mode: 0 },
    });
    this.#candles = this.#chart.addSeries(CandlestickSeries, { borderVisible: false });
    this.#volume = this.#chart.addSeries(HistogramSeries, {
      priceScaleId: "volume",
      priceFormat: { type: "volume" },
      lastValueVisible: false,
      priceLineVisible: false,
    });
    this.#volume.priceScale().applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
    this.applyTheme();
  }

  /** Takes the page's colours; to be called when they have changed. */
  applyTheme(): void {
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const [up, down, line] = [colour("--chart-up"), colour("--chart-down"), colour("--chart-line")];
    this.#chart.applyOptions({
      layout: { textColor: colour("--chart-text"), fontFamily: colour("--font") },
      grid: { vertLines: { color: line }, horzLines: { color: line } },
      timeScale: { borderColor: line },
    });
    this.#candles.applyOptions({
      upColor: up,
      downColor: down,
      wickUpColor: up,
      wickDownColor: down,
    });
    this.#volume.applyOptions({ color: colour("--chart-volume") });
  }

  /** Begins anew with the venue's candles, oldest first. */
  reset(listing: Listing, candles: readonly Candle[]): void {
    const bars = candles.map(barOf);
    const minMove = Number(listing.tickSize);
    this.#candles.applyOptions({
      priceFormat: { type: "price", precision: listing.priceDecimals, minMove },
    });
    this.#candles.setData(bars);
    this.#volume.setData(bars.map(({ time, volume }) => ({ time, value: volume })));
    this.#bar = bars.at(-1) ?? null;
    const from = Math.max(0, bars.length - 90);
    if (bars.length > 20)
      this.#chart.timeScale().setVisibleLogicalRange({ from, to: bars.length + 2 });
  }

  /** A trade that the candles given to reset() do not hold yet. */
  add(trade: PublicTrade): void {
    const time = minuteOf(trade.transactTime);
    const [price, volume] = [Number(trade.lastPx), Number(trade.lastQty)];
    const bar = this.#bar;
    if (bar !== null && time < bar.time) return;
    if (bar === null || time > bar.time) {
      this.#bar = { time, open: price, high: price, low: price, close: price, volume };
    } else {
      bar.high = Math.max(bar.high, price);
      bar.low = Math.min(bar.low, price);
      bar.close = price;
      bar.volume += volume;
    }
    if (this.#bar === null) return;
    this.#candles.update(this.#bar);
    this.#volume.update({ time, value: this.#bar.volume });
  }
}

function barOf(candle: Candle): Bar {
  return {
    time: minuteOf(candle.openTime),
    open: Number(candle.open),
    high: Number(candle.high),
    low: Number(candle.low),
    close: Number(candle.close),
    volume: Number(candle.volume),
  };
}

/** The start of the minute, in seconds as the chart wants it; shifted so that its axis shows local time. */
function minuteOf(instant: string): UTCTimestamp {
  const at = new Date(instant);
  const local = at.getTime() - at.getTimezoneOffset() * 60_000;
  return (Math.floor(local / 60_000) * 60) as UTCTimestamp;
}
