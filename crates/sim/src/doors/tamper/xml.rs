//! Answers in XML: the query protocols, EC2 and S3.

use std::collections::VecDeque;

use quick_xml::Reader;
use quick_xml::escape::escape;
use quick_xml::events::Event;

use super::Answer;

/// What the services call an item of a list.
const ITEMS: &[&str] = &["member", "item", "Contents", "Bucket", "QueueUrl"];

/// Elements that hold a status.
const STATUSES: &[&str] = &[
    "StackStatus",
    "ResourceStatus",
    "ExecutionStatus",
    "Status",
    "StatusCode",
    "LifecycleState",
];

/// Elements in which EC2 tells a state: its word is their `name`.
const STATES: &[&str] = &["instanceState", "currentState", "previousState"];

/// A body that has been read.
#[derive(Debug)]
pub(super) struct Document {
    root: Node,
    /// The way to the element that holds the first list, child by child, and what its items
    /// are called.
    list: Option<(Vec<usize>, String)>,
}

/// An element; its start tag and its texts are kept as they were written.
#[derive(Debug, Clone, Default)]
struct Node {
    name: String,
    start: String,
    inside: Vec<Inside>,
}

#[derive(Debug, Clone)]
enum Inside {
    Node(Node),
    Text(String),
}

impl Answer for Document {
    fn read(body: &[u8]) -> Option<Self> {
        let root = parse(std::str::from_utf8(body).ok()?)?;
        let list = first_list(&root);
        Some(Self { root, list })
    }

    fn written(&self) -> Vec<u8> {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        self.root.write(&mut out);
        out.into_bytes()
    }

    fn items(&self) -> Option<usize> {
        let (path, item) = self.list.as_ref()?;
        let count = self.root.at(path)?.places(item).len();
        (count > 0).then_some(count)
    }

    fn drop_item(&mut self, index: usize) {
        self.with_list(|list, places| {
            if let Some(place) = places.get(index) {
                list.inside.remove(*place);
            }
        });
    }

    fn double_item(&mut self, index: usize) {
        self.with_list(|list, places| {
            if let Some(place) = places.get(index)
                && let Some(item) = list.inside.get(*place).cloned()
            {
                list.inside.insert(*place, item);
            }
        });
    }

    fn drop_all(&mut self) {
        self.with_list(|list, places| {
            for place in places.iter().rev() {
                list.inside.remove(*place);
            }
        });
    }

    fn set_statuses(&mut self, field: Option<&str>, word: &str) -> bool {
        self.root.set(field, word, false)
    }

    fn add_field(&mut self, field: &str, value: &str) {
        let added = Inside::Node(Node {
            name: field.to_owned(),
            start: field.to_owned(),
            inside: vec![Inside::Text(escape(value).into_owned())],
        });
        self.with_list(|list, places| {
            for place in places {
                if let Some(Inside::Node(item)) = list.inside.get_mut(*place)
                    && item.nodes().next().is_some()
                {
                    item.inside.push(added.clone());
                }
            }
        });
        let result = self.root.inside.iter_mut().find_map(|inside| match inside {
            Inside::Node(node) if node.name.ends_with("Result") => Some(node),
            Inside::Node(_) | Inside::Text(_) => None,
        });
        match result {
            Some(result) => result.inside.push(added),
            None => self.root.inside.push(added),
        }
    }
}

impl Document {
    /// Lets the first list be changed, given where its items stand.
    fn with_list(&mut self, change: impl FnOnce(&mut Node, &[usize])) {
        let Some((path, item)) = &self.list else {
            return;
        };
        if let Some(list) = self.root.at_mut(path) {
            let places = list.places(item);
            change(list, &places);
        }
    }
}

impl Node {
    fn nodes(&self) -> impl Iterator<Item = (usize, &Node)> {
        let inside = self.inside.iter().enumerate();
        inside.filter_map(|(place, inside)| match inside {
            Inside::Node(node) => Some((place, node)),
            Inside::Text(_) => None,
        })
    }

    /// Where the children of that name stand.
    fn places(&self, name: &str) -> Vec<usize> {
        let named = self.nodes().filter(|(_, node)| node.name == name);
        named.map(|(place, _)| place).collect()
    }

    fn at(&self, path: &[usize]) -> Option<&Self> {
        path.iter()
            .try_fold(self, |node, place| match node.inside.get(*place)? {
                Inside::Node(node) => Some(node),
                Inside::Text(_) => None,
            })
    }

    fn at_mut(&mut self, path: &[usize]) -> Option<&mut Self> {
        path.iter()
            .try_fold(self, |node, place| match node.inside.get_mut(*place)? {
                Inside::Node(node) => Some(node),
                Inside::Text(_) => None,
            })
    }

    fn set(&mut self, field: Option<&str>, word: &str, in_state: bool) -> bool {
        let is_leaf = self.nodes().next().is_none();
        let is_meant = match field {
            Some(field) => self.name == field,
            None => STATUSES.contains(&self.name.as_str()) || in_state && self.name == "name",
        };
        if is_leaf && is_meant {
            self.inside = vec![Inside::Text(escape(word).into_owned())];
            return true;
        }
        let in_state = STATES.contains(&self.name.as_str());
        let mut found = false;
        for inside in &mut self.inside {
            if let Inside::Node(node) = inside {
                found |= node.set(field, word, in_state);
            }
        }
        found
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.start);
        out.push('>');
        for inside in &self.inside {
            match inside {
                Inside::Node(node) => node.write(out),
                Inside::Text(text) => out.push_str(text),
            }
        }
        out.push_str("</");
        out.push_str(&self.name);
        out.push('>');
    }
}

/// The outermost element that has items, level by level.
fn first_list(root: &Node) -> Option<(Vec<usize>, String)> {
    let mut next = VecDeque::from([(Vec::new(), root)]);
    while let Some((path, node)) = next.pop_front() {
        for (place, child) in node.nodes() {
            if ITEMS.contains(&child.name.as_str()) {
                return Some((path, child.name.clone()));
            }
            let path = path.iter().copied().chain([place]).collect();
            next.push_back((path, child));
        }
    }
    None
}

fn parse(document: &str) -> Option<Node> {
    let mut reader = Reader::from_str(document);
    let mut open = vec![Node::default()];
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => open.push(Node {
                name: start.name().as_ref().to_owned(),
                start: (*start).to_owned(),
                inside: Vec::new(),
            }),
            Event::Empty(empty) => {
                let node = Node {
                    name: empty.name().as_ref().to_owned(),
                    start: (*empty).to_owned(),
                    inside: Vec::new(),
                };
                open.last_mut()?.inside.push(Inside::Node(node));
            }
            Event::End(_) => {
                let node = open.pop()?;
                open.last_mut()?.inside.push(Inside::Node(node));
            }
            Event::Text(text) => {
                open.last_mut()?
                    .inside
                    .push(Inside::Text((*text).to_owned()));
            }
            Event::CData(text) => {
                let text = Inside::Text(escape(&*text).into_owned());
                open.last_mut()?.inside.push(text);
            }
            Event::GeneralRef(reference) => {
                let text = Inside::Text(format!("&{};", &*reference));
                open.last_mut()?.inside.push(text);
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    let roots = open.pop().filter(|_| open.is_empty())?;
    roots.inside.into_iter().find_map(|inside| match inside {
        Inside::Node(node) => Some(node),
        Inside::Text(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUPS: &str = "<R xmlns=\"u\"><DescribeResult><Groups>\
        <member><Name>a&amp;b</Name><Status>Ok</Status><Tags><member>x</member></Tags></member>\
        <member><Name>c</Name></member></Groups><NextToken>t</NextToken></DescribeResult></R>";

    fn changed(body: &str, change: impl FnOnce(&mut Document)) -> String {
        let mut document = Document::read(body.as_bytes()).unwrap();
        change(&mut document);
        let text = String::from_utf8(document.written()).unwrap();
        text.split_once('\n').unwrap().1.to_owned()
    }

    #[test]
    fn what_is_not_changed_stays_as_it_was() {
        assert_eq!(changed(GROUPS, |_| {}), GROUPS);
    }

    #[test]
    fn the_outermost_list_is_the_one_that_counts() {
        let fewer = changed(GROUPS, |one| one.drop_item(0));
        assert!(
            !fewer.contains("a&amp;b") && fewer.contains("<Name>c</Name>"),
            "{fewer}"
        );
        let none = changed(GROUPS, Document::drop_all);
        assert!(
            none.contains("<Groups></Groups><NextToken>t</NextToken>"),
            "{none}"
        );
        let twice = changed(GROUPS, |one| one.double_item(1));
        assert_eq!(twice.matches("<Name>c</Name>").count(), 2);
    }

    #[test]
    fn statuses_and_fields_are_found_wherever_they_are() {
        let odd = changed(GROUPS, |one| assert!(one.set_statuses(None, "<odd>")));
        assert!(odd.contains("<Status>&lt;odd&gt;</Status>"), "{odd}");
        let ec2 = "<I><instanceState><code>16</code><name>running</name></instanceState>\
                   <name>mine</name></I>";
        let odd = changed(ec2, |one| assert!(one.set_statuses(None, "odd")));
        assert!(
            odd.contains("<name>odd</name>") && odd.contains("<name>mine</name>"),
            "{odd}"
        );
        let more = changed(GROUPS, |one| one.add_field("New", "1"));
        assert_eq!(more.matches("<New>1</New>").count(), 3);
    }
}
