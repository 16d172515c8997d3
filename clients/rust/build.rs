//! Generates the types of `aqueduct.v1` from the repository's `.proto` files, and for the request of each method what
//! the client needs to know of it: the traits of `src/request.rs`. Needs neither `protoc` nor a network.

use std::collections::HashMap;
use std::env;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use prost_build::{Method, Service, ServiceGenerator};
use prost_types::field_descriptor_proto::Label;
use prost_types::method_options::IdempotencyLevel;
use prost_types::{DescriptorProto, FileDescriptorSet};

const PACKAGE: &str = "aqueduct.v1";
const PROTOS: &str = "../../protos";
const THIRD_PARTY: &str = "../../third_party/googleapis";

/// Beginnings of the names of methods that may be made again: a second time they do, and answer, the same.
const REPEATABLE: [&str; 7] = ["Get", "List", "Diff", "Export", "Put", "Set", "Register"];

/// Fields that requests have in common: the field, its trait, and the field's type.
const COMMON: [(&str, &str, &str); 4] = [
    ("expected_revision", "Conditional", "Option<i64>"),
    ("validate_only", "Validated", "bool"),
    ("wait_for", "Awaited", "i32"),
    ("annotation", "Annotated", "Option<Annotation>"),
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={PROTOS}");
    println!("cargo:rerun-if-changed={THIRD_PARTY}");
    let mut descriptors = protox::compile(files()?, [PROTOS, THIRD_PARTY])?;
    write_descriptors(&descriptors)?;
    descriptors.file.retain(|file| file.package() != "google.api"); // of options alone
    let requests = Requests { messages: messages(&descriptors) };
    prost_build::Config::new()
        .enable_type_names()
        .service_generator(Box::new(requests))
        .compile_fds(descriptors)?;
    Ok(())
}

fn files() -> std::io::Result<Vec<PathBuf>> {
    let directory = Path::new(PROTOS).join("aqueduct/v1");
    let mut files: Vec<_> =
        fs::read_dir(directory)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.sort();
    Ok(files)
}

/// Writes all descriptors, by which tests speak JSON.
fn write_descriptors(descriptors: &FileDescriptorSet) -> Result<(), Box<dyn Error>> {
    let path = Path::new(&env::var("OUT_DIR")?).join("descriptors.bin");
    Ok(fs::write(path, prost::Message::encode_to_vec(descriptors))?)
}

/// Messages of the package by their full names, as types are given in descriptors.
fn messages(descriptors: &FileDescriptorSet) -> HashMap<String, DescriptorProto> {
    descriptors
        .file
        .iter()
        .flat_map(|file| &file.message_type)
        .map(|message| (format!(".{PACKAGE}.{}", message.name()), message.clone()))
        .collect()
}

/// Implements the traits of `src/request.rs`.
struct Requests {
    messages: HashMap<String, DescriptorProto>,
}

impl ServiceGenerator for Requests {
    fn generate(&mut self, service: Service, into: &mut String) {
        for method in &service.methods {
            match (method.client_streaming, method.server_streaming) {
                (false, false) => self.call(&service, method, into),
                (false, true) => stream(&service, method, into),
                (true, _) => {} // a method of `Client` by hand
            }
        }
    }
}

impl Requests {
    fn call(&self, service: &Service, method: &Method, into: &mut String) {
        let request = &self.messages[&method.input_proto_type];
        let has = |name: &str| request.field.iter().any(|field| field.name() == name);
        implement(into, "Request", &method.input_type, |body| {
            body.push_str(&answered(service, method));
            let reads = method.options.idempotency_level() == IdempotencyLevel::NoSideEffects;
            let repeatable = REPEATABLE.iter().any(|name| method.proto_name.starts_with(name));
            writeln!(body, "const READS: bool = {reads};").unwrap();
            writeln!(body, "const REPEATABLE: bool = {repeatable};").unwrap();
            if has("expected_revision") {
                body.push_str("fn expected_revision(&self) -> Option<i64> { self.expected_revision }\n");
            }
        });
        for (field, name, kind) in COMMON.into_iter().filter(|(field, ..)| has(field)) {
            implement(into, name, &method.input_type, |body| {
                writeln!(body, "fn {field}_mut(&mut self) -> &mut {kind} {{ &mut self.{field} }}").unwrap();
            });
        }
        if has("page_token") {
            self.list(method, into);
        }
    }

    /// A list is answered by one repeated field, and the token of the next page.
    fn list(&self, method: &Method, into: &mut String) {
        let response = &self.messages[&method.output_proto_type];
        let items = response.field.iter().find(|field| field.label() == Label::Repeated);
        let items = items.expect("a page has items");
        let kind = items.type_name().rsplit('.').next().unwrap();
        implement(into, "ListRequest", &method.input_type, |body| {
            writeln!(body, "type Item = {kind};").unwrap();
            writeln!(body, "fn turn_to(&mut self, page_token: String) {{ self.page_token = page_token; }}")
                .unwrap();
            writeln!(body, "fn page(response: Self::Response) -> (Vec<Self::Item>, String) {{").unwrap();
            writeln!(body, "(response.{}, response.next_page_token) }}", items.name()).unwrap();
        });
    }
}

fn stream(service: &Service, method: &Method, into: &mut String) {
    let body = answered(service, method);
    implement(into, "StreamRequest", &method.input_type, |into| into.push_str(&body));
}

fn answered(service: &Service, method: &Method) -> String {
    let path = format!("/{}.{}/{}", service.package, service.proto_name, method.proto_name);
    format!("type Response = {};\nconst PATH: &'static str = {path:?};\n", method.output_type)
}

fn implement(into: &mut String, name: &str, request: &str, write: impl FnOnce(&mut String)) {
    writeln!(into, "impl crate::request::{name} for {request} {{").unwrap();
    write(into);
    into.push_str("}\n");
}
