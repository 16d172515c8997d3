//! The commonest calls, by methods of their own.

use crate::v1::{
    Backend, DeleteBackendRequest, DeleteFrontendRequest, DeregisterRequest, Frontend, GetBackendRequest,
    GetFrontendRequest, GetStatusRequest, PutBackendRequest, PutFrontendRequest, RegisterRequest,
    Registration, SetBackendVersionRequest, Status,
};
use crate::{Call, Client, Error};

impl Client {
    /// Reads a frontend.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none.
    pub async fn get_frontend(&self, key: impl Into<String>) -> Result<Frontend, Error> {
        let response = self.call(GetFrontendRequest { key: key.into() }).await?;
        Ok(response.frontend.unwrap_or_default())
    }

    /// Creates or replaces a frontend, whole.
    pub fn put_frontend(&self, frontend: Frontend) -> Call<PutFrontendRequest> {
        self.call(PutFrontendRequest { frontend: Some(frontend), ..Default::default() })
    }

    /// Deletes a frontend. It fails by `NotFound` where there is none.
    pub fn delete_frontend(&self, key: impl Into<String>) -> Call<DeleteFrontendRequest> {
        self.call(DeleteFrontendRequest { key: key.into(), ..Default::default() })
    }

    /// Reads a backend.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none.
    pub async fn get_backend(&self, key: impl Into<String>) -> Result<Backend, Error> {
        let response = self.call(GetBackendRequest { key: key.into() }).await?;
        Ok(response.backend.unwrap_or_default())
    }

    /// Creates or replaces a backend, whole.
    pub fn put_backend(&self, backend: Backend) -> Call<PutBackendRequest> {
        self.call(PutBackendRequest { backend: Some(backend), ..Default::default() })
    }

    /// Deletes a backend. It fails by `NotFound` where there is none.
    pub fn delete_backend(&self, key: impl Into<String>) -> Call<DeleteBackendRequest> {
        self.call(DeleteBackendRequest { key: key.into(), ..Default::default() })
    }

    /// Switches a dynamic backend to the members of a version. It fails by `FailedPrecondition` where too few of
    /// them come up: the old ones serve on then.
    pub fn set_version(
        &self,
        key: impl Into<String>,
        version: impl Into<String>,
    ) -> Call<SetBackendVersionRequest> {
        self.call(SetBackendVersionRequest { key: key.into(), version: version.into(), ..Default::default() })
    }

    /// Tells where a service runs, or renews that.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` with the field at fault.
    pub async fn register(&self, registration: Registration) -> Result<Registration, Error> {
        let response = self.call(RegisterRequest { registration: Some(registration) }).await?;
        Ok(response.registration.unwrap_or_default())
    }

    /// Ends a registration.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none.
    pub async fn deregister(&self, id: impl Into<String>) -> Result<Registration, Error> {
        let response = self.call(DeregisterRequest { id: id.into() }).await?;
        Ok(response.registration.unwrap_or_default())
    }

    /// Tells whether what is stored is what is served.
    ///
    /// # Errors
    ///
    /// `Unavailable` where no server answers.
    pub async fn get_status(&self) -> Result<Status, Error> {
        let response = self.call(GetStatusRequest {}).await?;
        Ok(response.status.unwrap_or_default())
    }
}
