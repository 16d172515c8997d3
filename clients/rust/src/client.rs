//! The connection, and what is made over it: calls, lists, streams.

use std::time::Duration;

use futures_util::stream::{self, BoxStream, Stream, StreamExt, TryStreamExt};
use http::uri::PathAndQuery;
use tokio::time::{Instant, timeout_at};
use tonic::Streaming;
use tonic::client::Grpc;

use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_prost::ProstCodec;

use crate::builder::{Builder, Deadlines};
use crate::call::Call;
use crate::error::Error;
use crate::health::{HealthCheckRequest, ServingStatus};
use crate::request::{ListRequest, Request, StreamRequest};
use crate::v1::{KeepAliveRequest, KeepAliveResponse};

const KEEP_ALIVE: &str = "/aqueduct.v1.RegistryService/KeepAlive";

/// Results that come one after the other; an error is the last. What is dropped is cancelled.
pub type Results<T> = BoxStream<'static, Result<T, Error>>;

/// A connection to one Aqueduct. Its clones share it; when the last is dropped it ends.
#[derive(Clone, Debug)]
pub struct Client {
    grpc: Grpc<Channel>,
    token: Option<MetadataValue<Ascii>>,
    deadlines: Deadlines,
}

impl Client {
    /// Makes a client of the server at a target, such as `127.0.0.1:10001`, as [`Builder::connect`] does.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a target that cannot be.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub fn connect(target: &str) -> Result<Self, Error> {
        Self::builder().connect(target)
    }

    /// Says how to connect.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn new(channel: Channel, token: Option<MetadataValue<Ascii>>, deadlines: Deadlines) -> Self {
        let grpc = Grpc::new(channel).max_decoding_message_size(usize::MAX); // it is the caller's to read
        Self { grpc, token, deadlines }
    }

    /// Makes a call. Awaiting it gives the response.
    pub fn call<R: Request>(&self, request: R) -> Call<R> {
        Call::new(self, request)
    }

    /// Reads a list from the page that the request asks for to its end, in pages of the request's size.
    #[must_use]
    pub fn list<R: ListRequest>(&self, request: R) -> Results<R::Item> {
        let client = self.clone();
        let pages = stream::try_unfold(Some(request), move |next| {
            let client = client.clone();
            async move {
                match next {
                    Some(request) => client.page(request).await.map(Some),
                    None => Ok(None),
                }
            }
        });
        pages.map_ok(|items| stream::iter(items.into_iter().map(Ok))).try_flatten().boxed()
    }

    /// Reads one page; with the request of the next one, where there is one.
    async fn page<R: ListRequest>(&self, mut request: R) -> Result<(Vec<R::Item>, Option<R>), Error> {
        let (items, token) = R::page(self.call(request.clone()).await?);
        let is_last = token.is_empty();
        request.turn_to(token);
        Ok((items, (!is_last).then_some(request)))
    }

    /// Opens one stream, which ends with the connection. [`Client::watch_config`] and its like go on instead.
    #[must_use]
    pub fn stream<R: StreamRequest>(&self, request: R) -> Results<R::Response> {
        let client = self.clone();
        stream::once(async move { client.open(request).await }).try_flatten().map_err(Error::from).boxed()
    }

    /// Renews registrations by id, as they are sent, and tells of each how it stands. It ends with the connection.
    #[must_use]
    pub fn keep_alive<S>(&self, renewals: S) -> Results<KeepAliveResponse>
    where
        S: Stream<Item = KeepAliveRequest> + Send + 'static,
    {
        let mut client = self.clone();
        let request = client.outgoing(renewals);
        let opened = async move {
            client.ready().await?;
            let path = PathAndQuery::from_static(KEEP_ALIVE);
            client.grpc.streaming(request, path, ProstCodec::default()).await
        };
        stream::once(opened).map_ok(tonic::Response::into_inner).try_flatten().map_err(Error::from).boxed()
    }

    /// Asks whether a service, such as `aqueduct.v1.BackendService`, is served; the server where the name is empty.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such service.
    pub async fn health(&self, service: impl Into<String>) -> Result<ServingStatus, Error> {
        Ok(self.call(HealthCheckRequest { service: service.into() }).await?.status())
    }

    pub(crate) fn default_deadline<R: Request>(&self) -> Duration {
        if R::READS { self.deadlines.read } else { self.deadlines.write }
    }

    /// Makes a call once.
    pub(crate) async fn once<R: Request>(&self, message: R, deadline: Instant) -> Result<R::Response, Error> {
        let mut client = self.clone();
        let mut request = self.outgoing(message);
        request.set_timeout(deadline.saturating_duration_since(Instant::now()));
        let answered = timeout_at(deadline, async {
            client.ready().await?;
            client.grpc.unary(request, PathAndQuery::from_static(R::PATH), ProstCodec::default()).await
        });
        match answered.await {
            Ok(answer) => Ok(answer?.into_inner()),
            Err(_) => Err(Error::new(Code::DeadlineExceeded, "no answer within the deadline")),
        }
    }

    /// Opens a stream once.
    pub(crate) async fn open<R: StreamRequest>(&self, message: R) -> Result<Streaming<R::Response>, Status> {
        let mut client = self.clone();
        client.ready().await?;
        let path = PathAndQuery::from_static(R::PATH);
        let answer = client.grpc.server_streaming(self.outgoing(message), path, ProstCodec::default());
        Ok(answer.await?.into_inner())
    }

    async fn ready(&mut self) -> Result<(), Status> {
        self.grpc.ready().await.map_err(|error| Status::from_error(error.into()))
    }

    fn outgoing<M>(&self, message: M) -> tonic::Request<M> {
        let mut request = tonic::Request::new(message);
        if let Some(token) = &self.token {
            request.metadata_mut().insert("authorization", token.clone());
        }
        request
    }
}
