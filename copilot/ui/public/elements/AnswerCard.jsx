import { useEffect, useRef, useState } from 'react';
import { useRecoilValue, useSetRecoilState } from 'recoil';
import { loadingState, sideViewState } from '@chainlit/react-client';

// Everything in `props` was written by copilot/ui/card.py. It is drawn as text; nothing here becomes HTML.

const SOURCES_AT_FIRST = 6;
const MOMENTS_AT_FIRST = 8;
const MOMENTS_WHEN_FOLDED = 2;

function Chip({ id, label, onOpen }) {
  return (
    <button type="button" className={`dc-chip dc-chip-${id[0]}`} title={label} onClick={() => onOpen(id)}>
      {id}
    </button>
  );
}

function Chips({ ids, labels, onOpen }) {
  return (ids || []).filter((id) => labels[id]).map((id) => (
    <Chip key={id} id={id} label={labels[id]} onOpen={onOpen} />
  ));
}

function Dates({ diagnosis, labels, onOpen }) {
  const bar = diagnosis.bar;
  return (
    <div className="dc-dates">
      <dl>
        <div>
          <dt>Promised</dt>
          <dd>{diagnosis.promised}</dd>
          <p>{diagnosis.promise_basis}</p>
        </div>
        <div className={diagnosis.is_late ? 'dc-end dc-bad' : 'dc-end'}>
          <dt>Expected now</dt>
          <dd>{diagnosis.expected}</dd>
        </div>
      </dl>
      {bar ? (
        <div className="dc-bar" role="img" aria-label={`${bar.days} days between the promise and the expected date`}>
          <div className="dc-bar-fill" style={{ width: `${bar.today}%` }} />
          <div className="dc-bar-today" style={{ left: `${bar.today}%` }}><span>today</span></div>
        </div>
      ) : null}
      {diagnosis.expected_reason ? (
        <p className="dc-reason">
          {diagnosis.expected_reason} <Chips ids={diagnosis.expected_sources} labels={labels} onOpen={onOpen} />
        </p>
      ) : null}
    </div>
  );
}

function Cause({ cause, rank, labels, onOpen }) {
  return (
    <li className={`dc-cause dc-${cause.certainty}`}>
      <div className="dc-rank" aria-hidden="true">{rank}</div>
      <div className="dc-cause-body">
        <div className="dc-cause-head">
          <h4>{cause.name}</h4>
          <span className={`dc-badge dc-badge-${cause.certainty}`}>{cause.certainty_label}</span>
        </div>
        <p className="dc-summary">
          {cause.summary} <Chips ids={cause.sources} labels={labels} onOpen={onOpen} />
        </p>
        {cause.lines.length ? (
          <ul className="dc-lines">
            {cause.lines.map((line, i) => (
              <li key={i}><span>{line.product}</span><b>{line.quantity}</b></li>
            ))}
          </ul>
        ) : null}
        {cause.missing.map((one, i) => <p key={i} className="dc-missing">{one}</p>)}
        <p className="dc-owner">
          {cause.owner ? <span>Can act: <b>{cause.owner}</b></span> : null}
          {cause.since ? <span>since {cause.since}</span> : null}
        </p>
        {cause.next_steps.length ? (
          <ul className="dc-steps">
            {cause.next_steps.map((step, i) => <li key={i}>{step}</li>)}
          </ul>
        ) : null}
      </div>
    </li>
  );
}

function Timeline({ moments, folded, labels, onOpen }) {
  const atFirst = folded ? MOMENTS_WHEN_FOLDED : MOMENTS_AT_FIRST;
  const [all, setAll] = useState(moments.length <= atFirst);
  const shown = all ? moments : moments.slice(-atFirst);
  return (
    <section>
      <h3>Timeline</h3>
      {all ? null : (
        <button type="button" className="dc-more" onClick={() => setAll(true)}>
          {moments.length - shown.length} earlier
        </button>
      )}
      <ol className="dc-timeline">
        {shown.map((moment, i) => (
          <li key={i} className={`dc-moment dc-moment-${moment.kind}${moment.planned ? ' dc-planned' : ''}`}>
            <time>{moment.day}</time>
            <span>{moment.text} <Chips ids={moment.sources} labels={labels} onOpen={onOpen} /></span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Sources({ sources, onOpen }) {
  const [all, setAll] = useState(sources.length <= SOURCES_AT_FIRST + 1);
  const shown = all ? sources : sources.slice(0, SOURCES_AT_FIRST);
  return (
    <section>
      <h3>Evidence</h3>
      <div className="dc-sources">
        {shown.map((source) => (
          <button key={source.id} type="button" className="dc-source" onClick={() => onOpen(source.id)}>
            <span className={`dc-chip dc-chip-${source.id[0]}`}>{source.id}</span>
            <span className="dc-source-words"><b>{source.label}</b><small>{source.type}</small></span>
          </button>
        ))}
        {all ? null : (
          <button type="button" className="dc-more" onClick={() => setAll(true)}>
            {sources.length - shown.length} more
          </button>
        )}
      </div>
    </section>
  );
}

function Next({ answerId, suggestions }) {
  const busy = useRecoilValue(loadingState);
  const [asked, setAsked] = useState(false);
  const ask = (index) => {
    setAsked(true);
    // Only which answer and which question: the words are read again on the server.
    Promise.resolve(callAction({ name: 'ask_next', payload: { answer_id: answerId, index } })).finally(() => setAsked(false));
  };
  return (
    <div className="dc-next" aria-label="Questions to ask next">
      {suggestions.map((question, i) => (
        <button key={i} type="button" disabled={busy || asked} onClick={() => ask(i)}>{question}</button>
      ))}
    </div>
  );
}

function namesOf(sources) {
  return Object.fromEntries(sources.map((source) => [source.id, `${source.type}: ${source.label}`]));
}

function useOpen() {
  const setSideView = useSetRecoilState(sideViewState);
  return (id) => setSideView({
    title: `Source ${id}`,
    elements: [{
      id: `${props.answer_id}-${id}`, type: 'custom', name: 'Source', display: 'side',
      props: { answer_id: props.answer_id, source_id: id }
    }]
  });
}

// Where the answer is about something else, the lateness is a line of it.
function Briefly({ diagnosis, onUnfold }) {
  return (
    <div className="dc-briefly">
      <p>
        Promised {diagnosis.promised}; expected {diagnosis.expected}.
        {diagnosis.causes.map((cause, i) => <span key={i} className={`dc-badge dc-badge-${cause.certainty}`}>{cause.name}</span>)}
      </p>
      <button type="button" className="dc-more" aria-expanded="false" onClick={onUnfold}>
        {diagnosis.is_late ? 'Why it is late' : 'How it stands'}
      </button>
    </div>
  );
}

// Above the text: what is late, by how much, and why.
function Top() {
  const open = useOpen();
  const [folded, setFolded] = useState(Boolean(props.folded));
  const { diagnosis, sources } = props;
  const labels = namesOf(sources);
  return (
    <div className="dc-card dc-top">
      <header className="dc-head">
        <div>
          <h3>{diagnosis.order} <Chips ids={[diagnosis.order_source]} labels={labels} onOpen={open} /></h3>
          <p>{diagnosis.customer}</p>
        </div>
        <span className={diagnosis.is_late ? 'dc-late' : 'dc-late dc-fine'}>{diagnosis.late}</span>
      </header>
      {folded ? <Briefly diagnosis={diagnosis} onUnfold={() => setFolded(false)} /> : (
        <Dates diagnosis={diagnosis} labels={labels} onOpen={open} />
      )}
      {!folded && diagnosis.causes.length ? (
        <section>
          <h3>{diagnosis.is_late ? 'Why' : 'Status'}</h3>
          <ol className="dc-causes">
            {diagnosis.causes.map((cause, i) => (
              <Cause key={i} cause={cause} rank={i + 1} labels={labels} onOpen={open} />
            ))}
          </ol>
        </section>
      ) : null}
    </div>
  );
}

// Below the text: how it came about, what it rests on, who wrote it, what to ask next.
function End() {
  const end = useRef(null);
  const open = useOpen();
  const labels = namesOf(props.sources);

  // The marks in the text are links to the source's own page; here they open beside the answer.
  useEffect(() => {
    const content = end.current && end.current.closest('.message-content');
    if (!content) return undefined;
    const prefix = `/answers/${encodeURIComponent(props.answer_id)}/sources/`;
    const markAt = (event) => {
      const link = event.target.closest && event.target.closest('a[href]');
      const path = link ? link.getAttribute('href') : '';
      return path.startsWith(prefix) ? [link, path.slice(prefix.length)] : [null, ''];
    };
    const onClick = (event) => {
      const [link, id] = markAt(event);
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      open(id);
    };
    const onPoint = (event) => {
      const [link, id] = markAt(event);
      if (link && labels[id]) link.title = labels[id];
    };
    content.addEventListener('click', onClick);
    content.addEventListener('mouseover', onPoint);
    return () => {
      content.removeEventListener('click', onClick);
      content.removeEventListener('mouseover', onPoint);
    };
  }, [props.answer_id]);

  return (
    <div className="dc-end-of-answer" ref={end}>
      <div className="dc-card">
        {props.status && !props.notes.length ? <p className="dc-note">{props.status}</p> : null}
        {props.notes.map((note, i) => <p key={i} className="dc-note">{note}</p>)}
        {props.timeline.length ? <Timeline moments={props.timeline} folded={props.folded} labels={labels} onOpen={open} /> : null}
        {props.sources.length ? <Sources sources={props.sources} onOpen={open} /> : null}
        <footer>
          <span className="dc-brain" title={props.brain_hint}>{props.brain}</span>
          <span>{props.checks}</span>
          {props.took ? <span>{props.took}</span> : null}
          {props.saved_as ? (
            <a className="dc-save" href={props.saved_as} download title="The whole conversation with its sources, as a Markdown file">
              Save conversation
            </a>
          ) : null}
        </footer>
      </div>
      {props.suggestions.length ? <Next answerId={props.answer_id} suggestions={props.suggestions} /> : null}
    </div>
  );
}

export default function AnswerCard() {
  return props.part === 'top' ? <Top /> : <End />;
}
