//! `Fn::Cidr`: a block of addresses, cut into smaller ones.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde_json::Value;

use super::super::{Evaluated, Scope};

/// Blocks that one call may ask for (CloudFormation user guide).
const MOST: u32 = 256;

impl Scope<'_> {
    /// `[block, count, bits]`, where `bits` are those of an address inside a new block.
    pub(super) fn cidr(&self, argument: &Value) -> Evaluated {
        let parts = argument.as_array().map(Vec::as_slice).unwrap_or_default();
        let (block, count, bits) = match parts {
            [block, count] => (block, count, None),
            [block, count, bits] => (block, count, Some(bits)),
            _ => return Err(SHAPE.to_owned()),
        };
        let number = |value: &Value| -> Result<u32, String> {
            let text = self.text(value)?;
            text.trim().parse().map_err(|_| SHAPE.to_owned())
        };
        let (block, count) = (self.text(block)?, number(count)?);
        let bits = bits.map(number).transpose()?;
        if !(1..=MOST).contains(&count) {
            return Err(format!(
                "Template error: Fn::Cidr makes 1 to {MOST} blocks, not {count}"
            ));
        }
        match Block::read(&block) {
            Some(block) => block
                .cut(count, bits)
                .map(|blocks| Some(blocks.into_iter().collect())),
            // The block of a thing that is not made yet.
            None if self.resources.is_preview() => {
                Ok(Some((0..count).map(|_| block.as_str()).collect()))
            }
            None => Err(format!(
                "Template error: Fn::Cidr: {block} is no block of addresses"
            )),
        }
    }
}

const SHAPE: &str = "Template error: every Fn::Cidr object requires two or three parameters, the \
                     block of addresses, the number of blocks to make, and the number of bits of \
                     an address inside each";

/// A block of addresses.
struct Block {
    first: u128,
    prefix: u32,
    /// 32 or 128.
    width: u32,
}

impl Block {
    fn read(text: &str) -> Option<Self> {
        let (address, prefix) = text.trim().split_once('/')?;
        let (first, width) = match address.parse().ok()? {
            IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
            IpAddr::V6(address) => (address.to_bits(), 128),
        };
        let prefix: u32 = prefix.parse().ok().filter(|prefix| *prefix <= width)?;
        let size = size_of(width - prefix);
        // What stands behind the prefix is not part of the block's own address.
        let first = size.map_or(0, |size| first / size * size);
        Some(Self {
            first,
            prefix,
            width,
        })
    }

    /// The first `count` blocks with `bits` for the addresses in each; without `bits` the
    /// largest of which `count` fit.
    fn cut(&self, count: u32, bits: Option<u32>) -> Result<Vec<String>, String> {
        let own = self.width - self.prefix;
        let needed = count.next_power_of_two().trailing_zeros();
        let too_small = || {
            format!(
                "Template error: Fn::Cidr: a /{} block does not hold {count} blocks of that size",
                self.prefix
            )
        };
        let bits = match bits {
            Some(bits) => bits,
            None => own.checked_sub(needed).ok_or_else(too_small)?,
        };
        let fits = bits >= 1 && bits.checked_add(needed).is_some_and(|all| all <= own);
        let size = size_of(bits).filter(|_| fits || count == 1 && bits == own);
        let size = match size {
            Some(size) => size,
            // The whole of all IPv6 addresses has a size that no number holds.
            None if fits => return Ok(vec![self.show(self.first, self.width)]),
            None => return Err(too_small()),
        };
        let firsts = (0..u128::from(count)).map(|index| self.first + index * size);
        Ok(firsts.map(|first| self.show(first, bits)).collect())
    }

    fn show(&self, first: u128, bits: u32) -> String {
        let prefix = self.width - bits;
        match u32::try_from(first) {
            Ok(first) if self.width == 32 => format!("{}/{prefix}", Ipv4Addr::from_bits(first)),
            Ok(_) | Err(_) => format!("{}/{prefix}", Ipv6Addr::from_bits(first)),
        }
    }
}

/// How many addresses so many bits tell apart; `None` for all of IPv6.
fn size_of(bits: u32) -> Option<u128> {
    1u128.checked_shl(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(block: &str, count: u32, bits: Option<u32>) -> Result<Vec<String>, String> {
        Block::read(block).ok_or("no block")?.cut(count, bits)
    }

    #[test]
    fn blocks_are_cut_in_a_row() {
        assert_eq!(
            cut("192.168.0.0/24", 3, Some(5)).unwrap(),
            ["192.168.0.0/27", "192.168.0.32/27", "192.168.0.64/27"]
        );
        assert_eq!(
            cut("10.0.7.9/16", 2, None).unwrap(),
            ["10.0.0.0/17", "10.0.128.0/17"]
        );
        assert_eq!(
            cut("2001:db8::/56", 2, Some(64)).unwrap(),
            ["2001:db8::/64", "2001:db8:0:1::/64"]
        );
        assert_eq!(cut("10.0.0.0/24", 1, Some(8)).unwrap(), ["10.0.0.0/24"]);
        assert_eq!(cut("::/0", 1, Some(128)).unwrap(), ["::/0"]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (block, count, bits) in [
            ("10.0.0.0/24", 3, Some(7)),
            ("10.0.0.0/24", 1, Some(9)),
            ("10.0.0.0/32", 2, None),
            ("10.0.0.0/24", 2, Some(u32::MAX)),
            ("10.0.0.0/24", 2, Some(0)),
        ] {
            let error = cut(block, count, bits).unwrap_err();
            assert!(error.contains("does not hold"), "{error}");
        }
        for wrong in ["10.0.0.0", "10.0.0/8", "10.0.0.0/33", "::/129", "x/8"] {
            assert!(Block::read(wrong).is_none(), "{wrong}");
        }
    }
}
