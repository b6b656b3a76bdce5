// The page of a simulated world. It asks for overviews and for pages of lists, never for
// everything, and puts what it gets into the document as text only.
'use strict';

const byId = (id) => document.getElementById(id);
const PAGE = 50;
const lists = {};
let openStack = null;
let registry = [];
let clock = null;

// ---- asking -------------------------------------------------------------------------------

async function ask(path, options) {
  const response = await fetch('/_sim/' + path, options);
  const body = await response.json();
  if (!response.ok) {
    throw new Error(`${body.what} (${body.where}). ${body.remedy}`);
  }
  return body;
}

/** Pulls a lever: what goes wrong is shown until the next one works. */
async function pull(method, path, body) {
  const options = { method };
  if (body !== undefined) {
    options.headers = { 'content-type': 'application/json' };
    options.body = JSON.stringify(body);
  }
  try {
    const answer = await ask(path, options);
    byId('problem').hidden = true;
    refresh();
    return answer;
  } catch (error) {
    byId('problem').textContent = error.message;
    byId('problem').hidden = false;
    return null;
  }
}

// ---- building -----------------------------------------------------------------------------

function element(tag, text, attributes) {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) {
    made.textContent = text;
  }
  for (const [name, value] of Object.entries(attributes || {})) {
    made.setAttribute(name, value);
  }
  return made;
}

function button(text, label, act) {
  const made = element('button', text, { type: 'button', 'aria-label': label });
  made.addEventListener('click', act);
  return made;
}

/** Brings a container to these items; what stays keeps its element, and so its focus. */
function keyed(container, items, key, make, update) {
  const old = new Map([...container.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, index) => {
    const name = String(key(item));
    let child = old.get(name);
    if (child) {
      old.delete(name);
    } else {
      child = make(item);
      child.dataset.key = name;
    }
    update(child, item);
    if (container.children[index] !== child) {
      container.insertBefore(child, container.children[index] || null);
    }
  });
  old.forEach((child) => child.remove());
}

function set(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

function tone(word) {
  const text = String(word || '');
  if (/FAILED|ROLLBACK|Failed|TimedOut|Unavailable|Unhealthy|failure|dead|never/.test(text)) return 'bad';
  if (/IN_PROGRESS|pending|Pending|shutting|Executing|Queued|Cancelling|booting|Terminating/.test(text)) return 'busy';
  if (/COMPLETE|running|InService|Success|Healthy|success|done/.test(text)) return 'good';
  return '';
}

function words(cell, text) {
  set(cell, text || '–');
  cell.className = `word ${tone(text)}`;
}

const moment = (text) => (text ? text.slice(0, 10) + ' ' + text.slice(11, 19) : '–');
const place = (item) => `${item.Account} ${item.Region}`;
const number = (n) => Number(n).toLocaleString('en');

// ---- lists --------------------------------------------------------------------------------

/** A table that shows a page of one kind, with its filter and its count. */
function list(name, options) {
  const state = { ...options, name, find: '', limit: PAGE, busy: false, again: false };
  const find = document.querySelector(`[data-find="${name}"]`);
  const more = document.querySelector(`[data-more="${name}"]`);
  let typing;
  find.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      state.find = find.value;
      state.limit = PAGE;
      load(state);
    }, 150);
  });
  more.addEventListener('click', () => {
    state.limit = Math.min(state.limit + 100, 1000);
    load(state);
  });
  lists[name] = state;
}

async function load(state) {
  if (state.busy) {
    state.again = true;
    return;
  }
  state.busy = true;
  try {
    const query = new URLSearchParams({ kind: state.kind(), limit: state.limit, find: state.find });
    const page = await ask('truth?' + query);
    const rows = document.querySelector(`[data-rows="${state.name}"]`);
    keyed(rows, page.items, state.key, state.make, state.update);
    const shown = page.items.length;
    const of = state.find ? `${number(page.found)} that fit, of ${number(page.total)}` : number(page.total);
    const count = document.querySelector(`[data-count="${state.name}"]`);
    set(count, shown === 0 ? (state.find ? `None of ${number(page.total)} fits.` : 'None.') : `${number(shown)} of ${of}`);
    document.querySelector(`[data-more="${state.name}"]`).hidden = shown >= page.found || state.limit >= 1000;
  } catch (error) {
    disconnected();
  }
  state.busy = false;
  if (state.again) {
    state.again = false;
    load(state);
  }
}

function row(cells) {
  const made = element('tr');
  for (let i = 0; i < cells; i += 1) {
    made.append(element('td'));
  }
  return made;
}

list('stacks', {
  kind: () => 'stacks',
  key: (item) => item.StackId,
  make: (item) => {
    const made = row(5);
    const name = element('button', item.StackName, { type: 'button', class: 'link' });
    name.addEventListener('click', () => showStack(item.StackId, true));
    made.cells[0].append(name);
    made.cells[2].append(element('progress', null, { 'aria-label': `progress of ${item.StackName}` }), element('span'));
    return made;
  },
  update: (made, item) => {
    words(made.cells[1], item.StackStatus);
    made.cells[1].title = item.StackStatusReason || '';
    const [bar, text] = made.cells[2].children;
    bar.max = Math.max(item.Resources, 1);
    bar.value = item.Done;
    set(text, ` ${item.Done}/${item.Resources}`);
    set(made.cells[3], place(item));
    made.cells[3].className = 'tight';
    set(made.cells[4], moment(item.Changed));
    made.cells[4].className = 'tight';
  },
});

list('groups', {
  kind: () => 'groups',
  key: (item) => place(item) + item.Name,
  make: () => row(4),
  update: (made, item) => {
    set(made.cells[0], item.Name);
    set(made.cells[1], item.Stack || '–');
    set(made.cells[2], `${item.InService} of ${item.Desired}`);
    made.cells[2].className = item.InService === item.Desired ? 'good' : 'busy';
    set(made.cells[3], `${item.Min} – ${item.Max}`);
  },
});

list('instances', {
  kind: () => 'instances',
  key: (item) => item.InstanceId,
  make: (item) => {
    const made = row(6);
    const id = item.InstanceId;
    made.cells[5].append(
      button('Terminate', `Terminate ${id}`, () => pull('POST', `instances/${id}/terminate`)),
      button('Kill Tentacle', `Kill the Tentacle of ${id}`, () => pull('POST', `instances/${id}/die`)),
    );
    return made;
  },
  update: (made, item) => {
    set(made.cells[0], item.InstanceId);
    made.cells[0].className = 'tight';
    words(made.cells[1], item.State);
    words(made.cells[2], [item.LifecycleState, item.Health].filter(Boolean).join(', '));
    words(made.cells[3], item.Boot || (item.State === 'pending' ? 'pending' : ''));
    set(made.cells[4], item.Group || '–');
    made.cells[5].children[0].disabled = item.State === 'shutting-down';
  },
});

list('queues', {
  kind: () => 'queues',
  key: (item) => item.Arn,
  make: () => row(5),
  update: (made, item) => {
    set(made.cells[0], item.Name);
    set(made.cells[1], number(item.Visible));
    set(made.cells[2], number(item.InFlight));
    set(made.cells[3], number(item.Delayed));
    set(made.cells[4], place(item));
    made.cells[4].className = 'tight';
  },
});

list('octopus', {
  kind: () => byId('collection').value,
  key: (item) => item.Id,
  make: () => row(4),
  update: (made, item) => {
    set(made.cells[0], item.Id);
    made.cells[0].className = 'tight';
    set(made.cells[1], item.Name || item.Version || item.Description || '–');
    words(made.cells[2], item.State || item.TaskState || item.HealthStatus || '');
    const about = [item.ErrorMessage, (item.Roles || []).join(', '), item.ReleaseVersion,
      item.Name ? item.Description : '', item.EnvironmentId, item.TenantId].filter(Boolean);
    set(made.cells[3], about.join(' · ') || '–');
  },
});

byId('collection').addEventListener('change', () => {
  lists.octopus.limit = PAGE;
  load(lists.octopus);
});

// ---- one stack ----------------------------------------------------------------------------

async function showStack(id, focus) {
  let stack;
  try {
    stack = await ask('truth?' + new URLSearchParams({ kind: 'stack', id }));
  } catch (error) {
    closeStack();
    return;
  }
  openStack = id;
  byId('stack').hidden = false;
  set(byId('stack-title'), `${stack.StackName}: ${stack.StackStatus}`);
  byId('stack-title').className = tone(stack.StackStatus);
  set(byId('stack-reason'), stack.StackStatusReason || '');
  keyed(document.querySelector('[data-rows="resources"]'), stack.Items, (one) => one.LogicalResourceId, (one) => {
    const made = row(5);
    const fail = () => pull('POST', 'faults', {
      name: 'fail_resource', on: one.LogicalResourceId, times: 1, scope: { stack: stack.StackName },
    });
    made.cells[4].append(button('Fail next', `Let the next change of ${one.LogicalResourceId} fail`, fail));
    return made;
  }, (made, one) => {
    set(made.cells[0], one.LogicalResourceId);
    set(made.cells[1], one.ResourceType);
    words(made.cells[2], one.ResourceStatus);
    made.cells[2].title = one.ResourceStatusReason || '';
    set(made.cells[3], one.PhysicalResourceId || '–');
  });
  document.querySelectorAll('#stack select[name="resource"]').forEach((one) => {
    keyed(one, stack.Items, (item) => item.LogicalResourceId, (item) => (
      element('option', item.LogicalResourceId)
    ), () => {});
  });
  const events = stack.Events.map((event, index) => ({ ...event, number: stack.Events.length - index }));
  keyed(document.querySelector('[data-rows="events"]'), events, (one) => `${one.number} ${one.At} ${one.LogicalResourceId} ${one.ResourceStatus}`, () => row(4), (made, one) => {
    set(made.cells[0], moment(one.At));
    made.cells[0].className = 'tight';
    set(made.cells[1], one.LogicalResourceId);
    words(made.cells[2], one.ResourceStatus);
    set(made.cells[3], one.ResourceStatusReason || '');
    made.cells[3].className = 'long';
  });
  if (focus) {
    byId('stack-title').focus();
    byId('stack').scrollIntoView({ block: 'nearest' });
  }
}

function closeStack() {
  openStack = null;
  byId('stack').hidden = true;
}

byId('stack-close').addEventListener('click', closeStack);

/** What a person typed as JSON, or the text itself. */
function typed(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    return text;
  }
}

byId('drift-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const { resource, property, value } = byId('drift-form').elements;
  const body = { stack: openStack, resource: resource.value, property: property.value };
  if (value.value !== '') body.value = typed(value.value);
  pull('POST', 'drift', body);
});
byId('drift-gone').addEventListener('click', () => {
  const resource = byId('drift-form').elements.resource.value;
  pull('POST', 'drift', { stack: openStack, resource, gone: true });
});
byId('signal-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const { resource, unique_id: id, status } = byId('signal-form').elements;
  pull('POST', 'signal', { stack: openStack, resource: resource.value, unique_id: id.value, status: status.value });
});

// ---- clock, counts, faults that are on ------------------------------------------------------

function showClock(told) {
  clock = told;
  set(byId('now'), moment(told.now));
  byId('now').dateTime = told.now;
  set(byId('pace'), told.paused ? 'paused' : told.instant ? 'instant' : `× ${told.speed}`);
  set(byId('pause'), told.paused ? 'Run' : 'Pause');
  if (document.activeElement !== byId('speed')) {
    byId('speed').value = told.speed;
  }
}

function showCounts(counts) {
  const sum = (map) => Object.values(map).reduce((all, one) => all + one, 0);
  const live = { ...counts.stacks };
  delete live.DELETE_COMPLETE;
  const rows = [['Stacks', sum(live)]];
  Object.entries(live).forEach(([status, count]) => rows.push([status, count]));
  rows.push(['Instances', sum(counts.instances) - (counts.instances.terminated || 0)]);
  rows.push(['Tenants', counts.tenants], ['Machines', counts.machines], ['Active tasks', counts.active_tasks]);
  keyed(byId('counts'), rows, (one) => one[0], (one) => {
    const made = element('div');
    made.append(element('dt', one[0]), element('dd'));
    return made;
  }, (made, one) => set(made.lastChild, number(one[1])));
}

function faultText(fault) {
  const parts = [fault.on === '*' ? 'everywhere' : `on ${fault.on}`];
  Object.entries(fault.scope || {}).forEach(([scope, word]) => parts.push(`${scope} ${word}`));
  Object.entries(fault.params || {}).forEach(([name, value]) => parts.push(`${name} ${value}`));
  if (fault.probability) parts.push(`probability ${fault.probability}`);
  if (fault.after) parts.push(`from ${moment(fault.after)}`);
  if (fault.until) parts.push(`until ${moment(fault.until)}`);
  parts.push(fault.times === null ? 'always' : `${fault.times} left`);
  parts.push(fault.struck === 1 ? 'struck once' : `struck ${fault.struck} times`);
  return parts.join(' · ');
}

function card(title, action, label, act) {
  const made = element('li');
  made.append(element('strong', title), element('p'), button(action, label, act));
  return made;
}

function showFaults(faults, held) {
  keyed(byId('faults'), faults, (one) => one.id, (one) => card(
    one.name, 'Remove', `Remove fault ${one.id}, ${one.name}`, () => pull('DELETE', `faults?id=${one.id}`),
  ), (made, one) => set(made.children[1], faultText(one)));
  byId('no-faults').hidden = faults.length > 0;
  keyed(byId('held'), held, (one) => one.id, (one) => card(
    one.operation, 'Release', `Release request ${one.id}`, () => pull('POST', 'faults/release', { id: one.id }),
  ), (made, one) => set(made.children[1], `since ${moment(one.since)}`));
  byId('held-box').hidden = held.length === 0;
}

byId('release').addEventListener('click', () => pull('POST', 'faults/release'));
byId('pause').addEventListener('click', () => pull('POST', 'clock', { pause: !(clock && clock.paused) }));
document.querySelectorAll('[data-advance]').forEach((one) => {
  one.addEventListener('click', () => pull('POST', 'clock', { advance_s: Number(one.dataset.advance) }));
});
byId('speed-form').addEventListener('submit', (event) => {
  event.preventDefault();
  pull('POST', 'clock', { speed: Number(byId('speed').value) });
});
byId('reset').addEventListener('click', () => byId('ask').showModal());
byId('ask').addEventListener('close', () => {
  if (byId('ask').returnValue === 'reset') {
    closeStack();
    pull('POST', 'reset');
  }
  byId('ask').returnValue = '';
});

// ---- a fault's form -------------------------------------------------------------------------

function field(container, prefix, name, input, help) {
  const id = `${prefix}-${name}`;
  input.id = id;
  input.dataset.key = name;
  container.append(element('label', name, { for: id }), input);
  if (help) {
    const line = element('p', help, { id: `${id}-help`, class: 'count' });
    input.setAttribute('aria-describedby', line.id);
    container.append(line);
  }
}

function showForm() {
  const kind = registry.find((one) => one.name === byId('fault-name').value);
  set(byId('fault-about'), kind.about);
  set(byId('fault-on-help'), `${kind.on}; * stands for any text`);
  const params = byId('fault-params');
  params.replaceChildren();
  kind.params.forEach((param) => {
    let input = element('input', null, { autocomplete: 'off', spellcheck: 'false' });
    if (param.type === 'choice') {
      input = element('select');
      input.append(element('option', '', { value: '' }));
      param.words.forEach((word) => input.append(element('option', word, { value: word })));
    } else if (param.type !== 'text') {
      input.type = 'number';
      input.min = param.least || 0;
      input.step = param.type === 'whole' ? '1' : 'any';
      if (param.most !== undefined) input.max = param.most;
    }
    input.dataset.type = param.type;
    field(params, 'param', param.name, input, `Left out: ${param.absent}`);
  });
  const scope = byId('fault-scope');
  scope.replaceChildren();
  kind.scope.forEach((name) => {
    field(scope, 'scope', name, element('input', null, { autocomplete: 'off', spellcheck: 'false' }));
  });
}

function filled(container) {
  const values = {};
  container.querySelectorAll('[data-key]').forEach((input) => {
    if (input.value !== '') {
      const isNumber = input.dataset.type === 'whole' || input.dataset.type === 'seconds';
      values[input.dataset.key] = isNumber ? Number(input.value) : input.value;
    }
  });
  return values;
}

byId('fault-name').addEventListener('change', showForm);
byId('fault-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const fault = { name: byId('fault-name').value, on: byId('fault-on').value, params: filled(byId('fault-params')) };
  const scope = filled(byId('fault-scope'));
  if (Object.keys(scope).length > 0) fault.scope = scope;
  ['times', 'probability', 'from_s', 'for_s'].forEach((name) => {
    const value = byId('fault-form').elements[name].value;
    if (value !== '') fault[name] = Number(value);
  });
  await pull('POST', 'faults', fault);
});

async function loadRegistry() {
  registry = (await ask('faults/names')).faults;
  registry.forEach((kind) => byId('fault-name').append(element('option', kind.name, { value: kind.name })));
  showForm();
}

// ---- live -----------------------------------------------------------------------------------

let due = false;
let dirty = true;

/** Asks for everything that is shown, at most a few times a second. */
function refresh() {
  dirty = true;
  if (!due) {
    due = true;
    setTimeout(() => {
      due = false;
      overview();
    }, 120);
  }
}

async function overview() {
  let told;
  try {
    told = await ask('overview');
  } catch (error) {
    disconnected();
    return;
  }
  set(byId('live'), `Live · seed ${told.seed} · ${number(told.lines)} happenings`);
  showClock(told.clock);
  showCounts(told.counts);
  showFaults(told.faults, told.held);
  if (dirty) {
    dirty = false;
    Object.values(lists).forEach(load);
    if (openStack) showStack(openStack, false);
  }
}

function disconnected() {
  set(byId('live'), 'The simulator does not answer.');
}

/** Follows what happens, from the newest fifty on. */
async function follow() {
  const told = await ask('overview');
  const source = new EventSource(`/_sim/events?after=${Math.max(told.lines - 50, 0)}`);
  source.onmessage = (event) => {
    const line = JSON.parse(event.data);
    const item = element('li');
    item.append(element('time', moment(line.at).slice(11)), ' ', element('strong', line.subject), ' ', line.text);
    byId('trace').prepend(item);
    while (byId('trace').children.length > 200) byId('trace').lastChild.remove();
    refresh();
  };
  source.addEventListener('reset', () => {
    byId('trace').replaceChildren();
    refresh();
  });
  source.onerror = disconnected;
  source.onopen = refresh;
}

loadRegistry().catch(disconnected);
follow().catch(disconnected);
refresh();
setInterval(overview, 1000);
