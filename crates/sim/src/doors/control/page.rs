//! The world for people: one page that renews itself, made of the truth alone.

use quick_xml::escape::escape;
use serde_json::Value;

use crate::faults::Fault;

const HEAD: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
<meta http-equiv=\"refresh\" content=\"2\"><title>Simulated world</title><style>\
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#222}\
h2{margin:2rem 0 .3rem;font-size:1.1rem}table{border-collapse:collapse;width:100%}\
th,td{text-align:left;padding:.25rem .8rem .25rem 0;border-bottom:1px solid #ddd;vertical-align:top}\
th{font-weight:600;color:#666}code{font-size:.9em}.none{color:#888}</style></head><body>\
<h1>Simulated world</h1>";

/// The page. Nothing in the world can break out of its text.
pub(super) fn html(truth: &Value, clock: &Value, faults: &[Fault]) -> String {
    let mut out = String::from(HEAD);
    out.push_str(&format!(
        "<p>World time <b>{}</b>, speed {}{}. As JSON: <a href=\"/_sim/truth\">truth</a>, \
         <a href=\"/_sim/clock\">clock</a>, <a href=\"/_sim/faults\">faults</a>.</p>",
        plain(&clock["now"]),
        plain(&clock["speed"]),
        if clock["paused"] == true {
            ", paused"
        } else {
            ""
        }
    ));
    for (account, regions) in entries(&truth["aws"]) {
        for (region, there) in entries(regions) {
            let place = format!("{account} {region}");
            let columns = ["StackName", "StackStatus"];
            table(
                &mut out,
                &format!("Stacks, {place}"),
                &there["stacks"],
                &columns,
            );
            let columns = [
                "AutoScalingGroupName",
                "MinSize",
                "DesiredCapacity",
                "MaxSize",
            ];
            table(
                &mut out,
                &format!("Groups, {place}"),
                &there["groups"],
                &columns,
            );
            let columns = [
                "InstanceId",
                "State",
                "AutoScalingGroupName",
                "InstanceType",
            ];
            table(
                &mut out,
                &format!("Instances, {place}"),
                &there["instances"],
                &columns,
            );
            let columns = ["Bucket", "Key", "Size"];
            table(
                &mut out,
                &format!("Objects, {place}"),
                &there["objects"],
                &columns,
            );
        }
    }
    for (space, kinds) in entries(&truth["octopus"]) {
        for (kind, documents) in entries(kinds).filter(|(_, documents)| documents.is_array()) {
            table(
                &mut out,
                &format!("{kind}, {space}"),
                documents,
                &["Id", "Name"],
            );
        }
    }
    let faults = serde_json::to_value(faults).unwrap_or_default();
    table(
        &mut out,
        "Faults",
        &faults,
        &["name", "on", "times", "params"],
    );
    out.push_str("</body></html>");
    out
}

/// A heading with a table; of an empty list only the heading.
fn table(out: &mut String, heading: &str, rows: &Value, columns: &[&str]) {
    let rows = rows.as_array().map(Vec::as_slice).unwrap_or_default();
    out.push_str(&format!("<h2>{}</h2>", escape(heading)));
    if rows.is_empty() {
        out.push_str("<p class=\"none\">none</p>");
        return;
    }
    let cells = |tag: &str, texts: Vec<String>| {
        let cells = texts.iter().map(|text| format!("<{tag}>{text}</{tag}>"));
        format!("<tr>{}</tr>", cells.collect::<String>())
    };
    let head = columns
        .iter()
        .map(|column| escape(*column).into_owned())
        .collect();
    let body = rows.iter().map(|row| {
        cells(
            "td",
            columns.iter().map(|column| plain(&row[*column])).collect(),
        )
    });
    let body: String = body.collect();
    out.push_str(&format!("<table>{}{body}</table>", cells("th", head)));
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => escape(text.as_str()).into_owned(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            escape(value.to_string()).into_owned()
        }
    }
}
