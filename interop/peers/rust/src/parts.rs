//! The parts of messages that scripts are about: eight of 1024 bytes, named by a number of eight bytes; the metadata is one byte, the bits
//! of the parts that a peer has, and it wants the others. Sent are the bits, the parts, and the name.
use libp2p::{
    PeerId,
    gossipsub::partial_messages::{Metadata, Partial, PartialAction, PartialError},
};

const PARTS: usize = 8;
const PART_BYTES: usize = 1024;
const NAME_BYTES: usize = 8;
pub const ALL: u8 = 0xff;

#[derive(Clone)]
pub struct Parts {
    group: u64,
    parts: [Option<Vec<u8>>; PARTS],
}

impl Parts {
    pub fn new(group: u64) -> Self {
        Self { group, parts: Default::default() }
    }

    pub fn bits(&self) -> u8 {
        (0..PARTS).filter(|i| self.parts[*i].is_some()).fold(0, |bits, i| bits | 1 << i)
    }

    /// Makes the parts of these bits: counted up from the name, in numbers of eight bytes.
    pub fn fill(&mut self, bits: u8) {
        for i in (0..PARTS).filter(|i| bits >> i & 1 != 0) {
            let first = self.group + (i * PART_BYTES / 8) as u64;
            self.parts[i] = Some((first..first + PART_BYTES as u64 / 8).flat_map(u64::to_be_bytes).collect());
        }
    }

    /// Adds the parts that came.
    pub fn take(&mut self, sent: &[u8]) -> Result<(), PartialError> {
        let bits = *sent.first().ok_or(PartialError::InvalidFormat)?;
        if sent.len() != 1 + PART_BYTES * bits.count_ones() as usize + NAME_BYTES {
            return Err(PartialError::InvalidFormat);
        }
        let mut each = sent[1..].chunks_exact(PART_BYTES);
        for i in (0..PARTS).filter(|i| bits >> i & 1 != 0) {
            let part = each.next().ok_or(PartialError::InvalidFormat)?;
            self.parts[i].get_or_insert_with(|| part.to_vec());
        }
        Ok(())
    }

    fn encoded(&self, bits: u8) -> Vec<u8> {
        let mut out = vec![bits];
        for i in (0..PARTS).filter(|i| bits >> i & 1 != 0) {
            out.extend(self.parts[i].as_ref().expect("one of ours"));
        }
        out.extend(self.group.to_be_bytes());
        out
    }
}

impl Partial for Parts {
    fn group_id(&self) -> Vec<u8> {
        self.group.to_be_bytes().to_vec()
    }

    fn metadata(&self) -> Box<dyn Metadata> {
        Box::new(Bits([self.bits()]))
    }

    fn partial_action_from_metadata(&self, _: PeerId, its: Option<&[u8]>) -> Result<PartialAction, PartialError> {
        let its = match its {
            None => 0, // it has said nothing: all we have goes there
            Some([bits]) => *bits,
            Some(_) => return Err(PartialError::InvalidFormat),
        };
        let ours = self.bits();
        let lacks = ours & !its;
        Ok(PartialAction {
            need: its & !ours != 0,
            send: (lacks != 0).then(|| (self.encoded(lacks), Box::new(Bits([its | lacks])) as Box<dyn Metadata>)),
        })
    }
}

#[derive(Debug)]
struct Bits([u8; 1]);

impl Metadata for Bits {
    fn as_slice(&self) -> &[u8] {
        &self.0
    }

    fn update(&mut self, data: &[u8]) -> Result<bool, PartialError> {
        let [more] = data else { return Err(PartialError::InvalidFormat) };
        let before = self.0[0];
        self.0[0] |= more;
        Ok(self.0[0] != before)
    }
}
