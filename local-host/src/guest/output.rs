//! A guest's stdout and stderr: whole lines, each with the component's name before it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

use crate::log::Log;

/// A line longer than this is broken, so that a guest cannot fill the host's memory with one.
const LONGEST_LINE_BYTES: usize = 64 * 1024;

/// One of a guest's output streams.
#[derive(Clone)]
pub(crate) struct GuestOutput {
    log: Log,
    component: String,
    line: Vec<u8>,
}

impl GuestOutput {
    pub(crate) fn new(log: Log, component: &str) -> Self {
        Self {
            log,
            component: component.to_owned(),
            line: Vec::new(),
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if *byte == b'\n' || self.line.len() >= LONGEST_LINE_BYTES {
                self.end_line();
            }
            if *byte != b'\n' {
                self.line.push(*byte);
            }
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.log.line(&format!(
            "[{}] {}",
            self.component,
            String::from_utf8_lossy(&line)
        ));
    }
}

impl Drop for GuestOutput {
    fn drop(&mut self) {
        if !self.line.is_empty() {
            self.end_line();
        }
    }
}

impl IsTerminal for GuestOutput {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for GuestOutput {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(Self::new(self.log.clone(), &self.component))
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(Self::new(self.log.clone(), &self.component))
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for GuestOutput {
    async fn ready(&mut self) {}
}

impl OutputStream for GuestOutput {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.take(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(LONGEST_LINE_BYTES)
    }
}

impl AsyncWrite for GuestOutput {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.take(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_and_named() {
        let log = Log::kept();
        let mut output = GuestOutput::new(log.clone(), "delivery");
        output.take(b"one\ntw");
        output.take(b"o\nrest");
        drop(output);
        assert_eq!(
            log.lines(),
            ["[delivery] one", "[delivery] two", "[delivery] rest"]
        );
    }
}
