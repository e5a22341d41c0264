import { useState } from 'react';
import { useRecoilValue, useSetRecoilState } from 'recoil';
import { loadingState, sideViewState } from '@chainlit/react-client';

// Everything in `props` was written by copilot/ui/options_card.py. It is drawn as text; nothing here becomes HTML.

const ROWS_AT_FIRST = 6;

function Chips({ ids, onOpen }) {
  return ids.map((id) => (
    <button key={id} type="button" className={`dc-chip dc-chip-${id[0]}`} title={`Source ${id}`} onClick={() => onOpen(id)}>{id}</button>
  ));
}

function Track({ name, marks, recommended, no_date: noDate }) {
  return (
    <li className={recommended ? 'dc-opt-best' : ''}>
      <span className="dc-opt-label" title={name}>{name}</span>
      <span className="dc-opt-track">
        {marks.map((mark, i) => (
          <i key={i} className="dc-opt-bar" title={mark.hint} style={{ left: `${mark.leaves}%`, width: `max(0.55rem, ${mark.arrives - mark.leaves}%)` }} />
        ))}
        {noDate ? <small>a part has no date</small> : null}
      </span>
    </li>
  );
}

function Timeline({ timeline }) {
  const line = (at, kind) => <i className={`dc-opt-line dc-opt-${kind}`} style={{ left: `${at}%` }} />;
  return (
    <section className="dc-opt-time">
      <h3>When it leaves and arrives</h3>
      <div className="dc-opt-chart" role="img" aria-label="Timeline of the promise, what is on its way, and the options; the table has the same days.">
        <ul>
          {timeline.arrivals.map((coming) => (
            <li key={coming.name} className="dc-opt-coming">
              <span className="dc-opt-label" title={coming.hint}>{coming.name}</span>
              <span className="dc-opt-track">
                {coming.due === null ? null : <i className="dc-opt-due" title={`${coming.hint}: was promised for here`} style={{ left: `${coming.due}%` }} />}
                <i className="dc-opt-bar" title={`${coming.hint}: expected here`} style={{ left: `${coming.from}%`, width: `max(0.55rem, ${coming.to - coming.from}%)` }} />
              </span>
            </li>
          ))}
          {timeline.options.map((one, i) => <Track key={i} {...one} />)}
        </ul>
        <div className="dc-opt-lines" aria-hidden="true">
          {line(timeline.today, 'today')}
          {timeline.promise === null ? null : line(timeline.promise, 'promise')}
        </div>
      </div>
      <div className="dc-opt-ticks" aria-hidden="true">
        {timeline.ticks.map((tick) => <span key={tick.at} style={{ left: `${tick.at}%` }}>{tick.text}</span>)}
      </div>
      <p className="dc-opt-legend">
        <span className="dc-opt-key-promise">Promise{timeline.promise_text ? ` ${timeline.promise_text}` : ': none'}</span>
        <span className="dc-opt-key-today">Today</span>
        <span className="dc-opt-key-bar">Leaves to arrives</span>
        {timeline.arrivals.length ? <span className="dc-opt-key-coming">On its way to us</span> : null}
        {timeline.arrivals.some((coming) => coming.due !== null) ? <span className="dc-opt-key-due">Was promised to us</span> : null}
      </p>
    </section>
  );
}

function Details({ row, onOpen }) {
  return (
    <div className="dc-opt-more">
      {row.ships.map((part, i) => (
        <p key={i}>
          <b>{part.from}</b>: {part.goods}. Leaves {part.leaves}{part.arrives ? `, arrives ${part.arrives}` : ''}
          {part.carrier ? ` with ${part.carrier}` : ''} (freight: {part.freight.toLowerCase() === 'not known' ? 'not known' : part.freight}).
        </p>
      ))}
      {row.costs.map((text) => <p key={text}>{text}</p>)}
      {row.charge_hint ? <p>{row.charge_hint}</p> : null}
      {row.rulings.map((ruling, i) => <p key={i}>{ruling.text} <Chips ids={ruling.sources} onOpen={onOpen} /></p>)}
      {row.hurts.map((text) => <p key={text} className="dc-opt-hurt">{text}.</p>)}
      {row.requires.length ? <><h4>What would have to be true</h4><ul>{row.requires.map((text) => <li key={text}>{text}</li>)}</ul></> : null}
      {row.work.length ? <p><b>Work:</b> {row.work.join('; ')}.</p> : null}
      {row.margin ? <p><b>Margin:</b> {row.margin}</p> : null}
      {row.parts.length ? (
        <ul className="dc-opt-parts">
          {row.parts.map((part) => (
            <li key={part.name}><span>{part.name}</span><i><b style={{ width: `${part.share}%` }} /></i></li>
          ))}
        </ul>
      ) : null}
      <p className="dc-opt-sources">Rests on <Chips ids={row.sources} onOpen={onOpen} /></p>
    </div>
  );
}

const TRIES = 20;

// The draft comes in a message of its own below, some moments after its button was answered: there is the next step.
function showDraft(number, tries) {
  const card = document.querySelectorAll('.dc-draft')[number];
  if (card) card.scrollIntoView({ behavior: 'smooth', block: 'start' });
  else if (tries) setTimeout(() => showDraft(number, tries - 1), 150);
}

function Row({ row, busy, onDraft, onOpen }) {
  const [open, setOpen] = useState(false);
  return (
    <tbody className={row.recommended ? 'dc-opt-row dc-opt-best' : 'dc-opt-row'}>
      <tr>
        <td>
          <b>{row.name}</b>
          {row.recommended ? <em className="dc-opt-tag">Recommended</em> : null}
          {row.tied ? <em className="dc-opt-tag dc-opt-tie">A tie</em> : null}
          <small>{row.summary}</small>
        </td>
        <td className="dc-opt-day" data-label="Arrives">{row.arrives.map((day) => <span key={day}>{day}</span>)}<small>{row.shipments}; {row.certainty}</small></td>
        <td className="dc-risk-value" data-label="Extra cost"><span>{row.cost}</span></td>
        <td className="dc-risk-value" data-label="Late charge" title={row.charge_hint}><span>{row.charge}</span></td>
        <td data-label="Contract"><span className={`dc-opt-fit dc-opt-fit-${row.fit_code}`}>{row.fit}</span></td>
        <td className="dc-risk-value" data-label="Score"><b>{row.score === null ? '–' : row.score}</b></td>
      </tr>
      <tr className="dc-risk-why">
        <td colSpan={6}>
          <div>
            <small>{row.why_not}</small>
            <span className="dc-opt-buttons">
              <button type="button" className="dc-risk-ask" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? 'Less' : 'Details'}</button>
              {row.can_draft ? (
                <button type="button" className={row.recommended ? 'dc-risk-ask dc-opt-draft' : 'dc-risk-ask'} disabled={busy} onClick={() => onDraft(row.number)}
                  title={row.with_message ? `Draft “${row.name}” with the message that tells the customer` : `Draft “${row.name}”`}>
                  {row.recommended && row.with_message ? 'Draft it, with the message' : 'Draft it'}
                </button>
              ) : null}
            </span>
          </div>
          {open ? <Details row={row} onOpen={onOpen} /> : null}
        </td>
      </tr>
    </tbody>
  );
}

export default function OptionsCard() {
  const { rows, ruled_out: out, stock, notes, sensitivity, timeline } = props;
  const [asked, setAsked] = useState(false);
  const [all, setAll] = useState(rows.length <= ROWS_AT_FIRST + 1);
  const shown = all ? rows : rows.slice(0, ROWS_AT_FIRST);
  const loading = useRecoilValue(loadingState);
  const setSideView = useSetRecoilState(sideViewState);
  const draft = (option) => {
    setAsked(true);
    // Only which answer and which option: what is drafted is read again on the server.
    const before = document.querySelectorAll('.dc-draft').length;
    Promise.resolve(callAction({ name: 'draft_option', payload: { answer_id: props.answer_id, option } })).finally(() => {
      setAsked(false);
      showDraft(before, TRIES);
    });
  };
  const open = (id) => setSideView({
    title: `Source ${id}`,
    elements: [{ id: `${props.answer_id}-${id}`, type: 'custom', name: 'Source', display: 'side', props: { answer_id: props.answer_id, source_id: id } }]
  });
  return (
    <div className="dc-card dc-risk dc-opt">
      <header className="dc-head"><div><h3>{props.title}</h3><p>{props.verdict}</p></div></header>
      {timeline && timeline.options.length ? <Timeline timeline={timeline} /> : null}
      <section>
        <div className="dc-risk-scroll">
          <table className="dc-opt-table">
            <thead>
              <tr>
                <th scope="col">Option</th><th scope="col">Arrives</th><th scope="col" className="dc-risk-value">Extra cost</th>
                <th scope="col" className="dc-risk-value">Late charge</th><th scope="col">Contract</th><th scope="col" className="dc-risk-value">Score</th>
              </tr>
            </thead>
            {shown.map((row) => <Row key={row.number} row={row} busy={loading || asked} onDraft={draft} onOpen={open} />)}
          </table>
        </div>
        {all ? null : <button type="button" className="dc-more" onClick={() => setAll(true)}>{rows.length - shown.length} more</button>}
        <p className="dc-opt-small">{props.weights}</p>
        {sensitivity.length ? <ul className="dc-opt-change">{sensitivity.map((text) => <li key={text}>{text}</li>)}</ul> : null}
      </section>
      {out.length ? (
        <section>
          <h3>Ruled out, and why</h3>
          <ul className="dc-opt-out">
            {out.map((row) => (
              <li key={row.number}>
                <b>{row.name}{row.summary !== row.name ? <small>{row.summary}</small> : null}</b>
                <span>{row.why_not} <Chips ids={row.rulings.flatMap((ruling) => ruling.sources).slice(0, 3)} onOpen={open} /></span>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {stock ? (
        <section>
          <h3>Stock of what is missing</h3>
          <div className="dc-risk-scroll">
            <table className="dc-opt-stock">
              <thead><tr><th scope="col">Product</th><th scope="col" className="dc-risk-value">Needed</th><th scope="col" className="dc-risk-value">Missing</th>{stock.warehouses.map((name) => <th key={name} scope="col">{name}</th>)}</tr></thead>
              <tbody>
                {stock.rows.map((row) => (
                  <tr key={row.product}>
                    <td>{row.product}</td><td className="dc-risk-value" data-label="Needed">{row.needed}</td><td className="dc-risk-value" data-label="Missing">{row.missing}</td>
                    {row.cells.map((cell, i) => <td key={i} data-label={stock.warehouses[i]} className={cell.enough ? 'dc-opt-enough' : ''}>{cell.text}</td>)}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {(stock.left_out || []).map((text) => <p key={text} className="dc-opt-small">{text}</p>)}
          {stock.more ? <p className="dc-opt-small">{stock.more} more products are missing.</p> : null}
        </section>
      ) : null}
      {notes.map((note, i) => <p key={i} className="dc-note">{note}</p>)}
    </div>
  );
}
