//! aws-ec2
