import { useState } from 'react';
import { useRecoilValue, useSetRecoilState } from 'recoil';
import { loadingState, sideViewState } from '@chainlit/react-client';

// Everything in `props` was written by copilot/ui/at_risk_card.py. It is drawn as text; nothing here becomes HTML.

const ROWS_AT_FIRST = 10;

function Bars({ bars }) {
  return (
    <section>
      <h3>By leading cause</h3>
      <ul className="dc-risk-bars">
        {bars.map((bar) => (
          <li key={bar.name}>
            <span className="dc-risk-bar-name">{bar.name}</span>
            <span className="dc-risk-bar" aria-hidden="true"><i style={{ width: `${bar.share}%` }} /></span>
            <b>{bar.orders}</b>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Row({ row, number, busy, onAsk, onOpen }) {
  return (
    <tbody className="dc-risk-row">
      <tr>
        <td className="dc-risk-order">
          {row.url ? <a href={row.url} target="_blank" rel="noopener noreferrer">{row.order}</a> : <b>{row.order}</b>}
          {row.source ? (
            <button type="button" className="dc-chip dc-chip-E" title={`What was read of ${row.order}`} onClick={() => onOpen(row.source)}>
              {row.source}
            </button>
          ) : null}
        </td>
        <td>
          <span>{row.customer}</span>
          {row.tier ? <small className="dc-risk-tier" title="Customer tier">{row.tier}</small> : null}
        </td>
        <td className="dc-risk-day">
          <span>{row.promised}</span>
          <small className={row.is_late ? 'dc-risk-late' : 'dc-risk-soon'}>{row.is_late ? `${row.late} late` : 'about to be late'}</small>
        </td>
        <td title={row.summary}>
          <span>{row.cause}</span>
          {row.also ? <small>and: {row.also}</small> : null}
          {row.owner ? <small>{row.owner} can act</small> : null}
        </td>
        <td className="dc-risk-value">{row.value}</td>
      </tr>
      <tr className="dc-risk-why">
        <td colSpan={5}>
          <div>
            <small>{row.why.length ? `Here because ${row.why.join('; ')}.` : ''}</small>
            <button type="button" className="dc-risk-ask" disabled={busy} aria-label={`Why is ${row.order} late?`} onClick={() => onAsk(number)}>
              Why late?
            </button>
          </div>
        </td>
      </tr>
    </tbody>
  );
}

export default function AtRiskCard() {
  const { rows, bars, notes, more } = props;
  const [all, setAll] = useState(rows.length <= ROWS_AT_FIRST + 2);
  const [asked, setAsked] = useState(false);
  const loading = useRecoilValue(loadingState);
  const setSideView = useSetRecoilState(sideViewState);
  const shown = all ? rows : rows.slice(0, ROWS_AT_FIRST);
  const ask = (row) => {
    setAsked(true);
    // Only which answer and which row: the order's name is read again on the server.
    Promise.resolve(callAction({ name: 'ask_next', payload: { answer_id: props.answer_id, row } })).finally(() => setAsked(false));
  };
  const open = (id) => setSideView({
    title: `Source ${id}`,
    elements: [{
      id: `${props.answer_id}-${id}`, type: 'custom', name: 'Source', display: 'side',
      props: { answer_id: props.answer_id, source_id: id }
    }]
  });
  return (
    <div className="dc-card dc-risk">
      <header className="dc-head">
        <div>
          <h3>{props.title}</h3>
          <p>{props.counted}</p>
        </div>
      </header>
      {bars.length > 1 ? <Bars bars={bars} /> : null}
      <section>
        <div className="dc-risk-scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">Order</th><th scope="col">Customer</th><th scope="col">Promised</th><th scope="col">Leading cause</th>
                <th scope="col" className="dc-risk-value">Not delivered</th>
              </tr>
            </thead>
            {shown.map((row, i) => (
              <Row key={row.order} row={row} number={i} busy={loading || asked} onAsk={ask} onOpen={open} />
            ))}
          </table>
        </div>
        {all ? null : (
          <button type="button" className="dc-more" onClick={() => setAll(true)}>{rows.length - shown.length} more</button>
        )}
        {more > 0 && all ? <p className="dc-note">{more} more orders at risk are not listed here.</p> : null}
        {notes.map((note, i) => <p key={i} className="dc-note">{note}</p>)}
      </section>
    </div>
  );
}
