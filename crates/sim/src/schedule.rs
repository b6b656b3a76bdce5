//! Things by key, with an index of when each wants to act next.
//!
//! With ten thousand stacks at rest, a step of the world must cost what the one that acts
//! costs. Reading is reading a map; whoever changes an item says so by the way in which it
//! asks for it, and the index is brought up to date at the next step.

use std::collections::{BTreeMap, BTreeSet, btree_map};
use std::ops::Deref;

use chrono::{DateTime, Utc};

/// Something that acts by itself at a moment of its own.
pub trait Due {
    /// When it acts next.
    fn due(&self) -> Option<DateTime<Utc>>;

    /// Whether it waits for something outside of it: then it has to be asked again whenever
    /// that may have changed.
    fn waits(&self) -> bool {
        false
    }
}

/// A map whose items are found by the moment at which they act.
#[derive(Debug)]
pub struct Scheduled<K, V> {
    items: BTreeMap<K, V>,
    by_due: BTreeSet<(DateTime<Utc>, K)>,
    due_of: BTreeMap<K, DateTime<Utc>>,
    waiting: BTreeSet<K>,
    /// Handed out for change since the index was last brought up to date.
    touched: BTreeSet<K>,
    /// Handed out for change since somebody asked for what has changed.
    changed: BTreeSet<K>,
}

impl<K, V> Default for Scheduled<K, V> {
    fn default() -> Self {
        Self {
            items: BTreeMap::new(),
            by_due: BTreeSet::new(),
            due_of: BTreeMap::new(),
            waiting: BTreeSet::new(),
            touched: BTreeSet::new(),
            changed: BTreeSet::new(),
        }
    }
}

impl<K, V> Deref for Scheduled<K, V> {
    type Target = BTreeMap<K, V>;

    fn deref(&self) -> &BTreeMap<K, V> {
        &self.items
    }
}

impl<'a, K, V> IntoIterator for &'a Scheduled<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = btree_map::Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

impl<K: Ord + Clone, V: Due> Scheduled<K, V> {
    /// The item of this key, to change it.
    pub fn get_mut<Q>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: std::borrow::Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let (key, _) = self.items.get_key_value(key)?;
        let key = key.clone();
        let item = self.items.get_mut(key.borrow());
        self.changed.insert(key.clone());
        self.touched.insert(key);
        item
    }

    /// Has the item asked at the next step, as if it had been changed.
    pub fn touch(&mut self, key: &K) {
        self.touched.insert(key.clone());
    }

    /// All items, to change them; as costly as there are items.
    pub fn values_mut(&mut self) -> btree_map::ValuesMut<'_, K, V> {
        self.touched.extend(self.items.keys().cloned());
        self.changed.extend(self.items.keys().cloned());
        self.items.values_mut()
    }

    /// Puts an item in; gives what was there.
    pub fn insert(&mut self, key: K, item: V) -> Option<V> {
        self.touched.insert(key.clone());
        self.changed.insert(key.clone());
        self.items.insert(key, item)
    }

    /// Takes an item out.
    pub fn remove<Q>(&mut self, key: &Q) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let (key, item) = self.items.remove_entry(key)?;
        self.changed.insert(key.clone());
        self.touched.insert(key);
        Some(item)
    }

    /// When the first of all items acts.
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.next_by(Due::due)
    }

    /// The first of the moments that `moment` gives; none of them is before the item's own.
    pub fn next_by(&self, moment: impl Fn(&V) -> Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        let touched = self.touched.iter().filter_map(|key| self.items.get(key));
        let mut first = touched.filter_map(&moment).min();
        for (due, key) in &self.by_due {
            if first.is_some_and(|first| first <= *due) {
                break;
            }
            if !self.touched.contains(key) {
                let at = self.items.get(key).and_then(&moment);
                first = first.into_iter().chain(at).min();
            }
        }
        first
    }

    /// The keys of all that have to be asked at `now`, in order: those whose moment has come,
    /// those that somebody changed, and, if what they wait for may have come, those that wait.
    pub fn take_due(&mut self, now: DateTime<Utc>, waiting_too: bool) -> BTreeSet<K> {
        let mut keys = std::mem::take(&mut self.touched);
        for key in &keys {
            self.index(key);
        }
        let come = self.by_due.iter().take_while(|(due, _)| *due <= now);
        keys.extend(come.map(|(_, key)| key.clone()));
        if waiting_too {
            keys.extend(self.waiting.iter().cloned());
        }
        keys.retain(|key| self.items.contains_key(key));
        keys
    }

    /// Lets an item act; the index follows at once.
    pub fn act<R>(&mut self, key: &K, act: impl FnOnce(&mut V) -> R) -> Option<R> {
        let done = self.items.get_mut(key).map(act);
        if done.is_some() {
            self.changed.insert(key.clone());
        }
        self.index(key);
        done
    }

    /// What [`Self::take_changed`] would give; it stays to be taken.
    pub fn changed(&self) -> &BTreeSet<K> {
        &self.changed
    }

    /// The keys of all that may have changed since this was asked last, and of those that are
    /// gone, in order.
    pub fn take_changed(&mut self) -> BTreeSet<K> {
        std::mem::take(&mut self.changed)
    }

    fn index(&mut self, key: &K) {
        if let Some(due) = self.due_of.remove(key) {
            self.by_due.remove(&(due, key.clone()));
        }
        self.waiting.remove(key);
        let Some(item) = self.items.get(key) else {
            return;
        };
        if item.waits() {
            self.waiting.insert(key.clone());
        }
        if let Some(due) = item.due() {
            self.by_due.insert((due, key.clone()));
            self.due_of.insert(key.clone(), due);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Bell(Option<i64>);

    impl Due for Bell {
        fn due(&self) -> Option<DateTime<Utc>> {
            self.0.map(at)
        }

        fn waits(&self) -> bool {
            self.0.is_none()
        }
    }

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap_or_default()
    }

    #[test]
    fn the_index_follows_every_way_of_changing() {
        let mut bells = Scheduled::default();
        bells.insert("a", Bell(Some(5)));
        bells.insert("b", Bell(Some(3)));
        bells.insert("c", Bell(None));
        assert_eq!(bells.next_due(), Some(at(3)));
        assert_eq!(bells.take_due(at(0), false), ["a", "b", "c"].into());
        assert_eq!(bells.take_due(at(3), false), ["b"].into());
        assert_eq!(bells.take_due(at(0), true), ["c"].into());

        bells.act(&"b", |bell| bell.0 = Some(9));
        assert_eq!(bells.next_due(), Some(at(5)));
        bells.get_mut("a").unwrap().0 = None;
        assert_eq!(bells.next_due(), Some(at(9)));
        assert_eq!(bells.take_due(at(0), true), ["a", "c"].into());
        assert_eq!(bells.take_changed(), ["a", "b", "c"].into());
        bells.remove("b");
        assert_eq!(bells.take_changed(), ["b"].into());
        assert_eq!(bells.next_due(), None);
        assert!(bells.take_due(at(100), false).is_empty());
    }
}
