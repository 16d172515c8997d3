//! A server that answers as it is told to, and notes what it is asked.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::ready;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::http::HeaderMap;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tonic::{Code, Status};

/// What a call is answered: messages, then a status.
pub struct Answer {
    messages: Vec<Bytes>,
    status: Status,
}

impl Answer {
    pub fn of<M: Message>(messages: impl IntoIterator<Item = M>, status: Status) -> Self {
        Self { messages: messages.into_iter().map(|message| framed(&message)).collect(), status }
    }

    /// No message.
    pub fn error(status: Status) -> Self {
        Self { messages: Vec::new(), status }
    }

    /// One message without any field, which is one of every type.
    fn empty() -> Self {
        Self::of([()], Status::new(Code::Ok, ""))
    }
}

/// What was asked.
#[derive(Clone)]
pub struct Asked {
    pub path: String,
    pub headers: HeaderMap,
    message: Bytes,
}

impl Asked {
    pub fn message<M: Message + Default>(&self) -> M {
        M::decode(&self.message[PREFIX..]).expect("it is of that type")
    }
}

/// A flag and a length precede each message.
const PREFIX: usize = 5;

fn framed(message: &impl Message) -> Bytes {
    let length = u32::try_from(message.encoded_len()).expect("it is small");
    let mut frame = vec![0];
    frame.extend(length.to_be_bytes());
    frame.extend(message.encode_to_vec());
    frame.into()
}

#[derive(Default)]
struct Talk {
    answers: VecDeque<Answer>,
    asked: Vec<Asked>,
}

pub struct Fake {
    pub target: String,
    talk: Arc<Mutex<Talk>>,
}

impl Fake {
    /// Answers these, one after the other, then without a field.
    pub async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::listen(answers.into_iter().collect(), |stream| async { Ok(stream) }).await
    }

    /// Answers without a field, by TLS.
    pub async fn start_encrypted(config: ServerConfig) -> Self {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Self::listen(VecDeque::new(), move |stream| acceptor.accept(stream)).await
    }

    /// Answers without a field, at a path.
    pub fn start_at(path: &Path) -> Self {
        let listener = UnixListener::bind(path).expect("the path is free");
        let talk = Arc::<Mutex<Talk>>::default();
        let shared = talk.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(ready(Ok(stream)), shared.clone()));
            }
        });
        Self { target: format!("unix:{}", path.display()), talk }
    }

    async fn listen<S, F>(answers: VecDeque<Answer>, open: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = io::Result<S>> + Send + 'static,
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let target = listener.local_addr().expect("it listens").to_string();
        let talk = Arc::new(Mutex::new(Talk { answers, ..Talk::default() }));
        let shared = talk.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(open(stream), shared.clone()));
            }
        });
        Self { target, talk }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.talk.lock().expect("nobody panics").asked.clone()
    }
}

async fn serve<S>(opened: impl Future<Output = io::Result<S>>, talk: Arc<Mutex<Talk>>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Ok(stream) = opened.await else { return }; // the client does not like us, or we do not like it
    let answer = service_fn(move |request: hyper::Request<Incoming>| {
        let talk = talk.clone();
        async move {
            let (head, body) = request.into_parts();
            let message = body.collect().await.expect("the request is whole").to_bytes();
            let asked = Asked { path: head.uri.path().to_owned(), headers: head.headers, message };
            let mut talk = talk.lock().expect("nobody panics");
            talk.asked.push(asked);
            Ok::<_, Infallible>(response(talk.answers.pop_front().unwrap_or_else(Answer::empty)))
        }
    });
    let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    let _ = server.serve_connection(TokioIo::new(stream), answer).await; // it ends as the client leaves
}

type Body = StreamBody<futures_util::stream::Iter<std::vec::IntoIter<Result<Frame<Bytes>, Infallible>>>>;

fn response(answer: Answer) -> hyper::Response<Body> {
    let mut trailers = HeaderMap::new();
    answer.status.add_header(&mut trailers).expect("the status can be told");
    let messages = answer.messages.into_iter().map(Frame::data);
    let frames: Vec<_> = messages.chain([Frame::trailers(trailers)]).map(Ok).collect();
    let body = StreamBody::new(futures_util::stream::iter(frames));
    hyper::Response::builder().header("content-type", "application/grpc").body(body).expect("it is right")
}
